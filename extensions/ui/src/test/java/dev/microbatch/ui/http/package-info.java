/** Tests of the server without pipelines. */
package dev.microbatch.ui.http;
