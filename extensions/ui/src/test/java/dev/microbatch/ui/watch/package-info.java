/** Tests of what is remembered of pipelines. */
package dev.microbatch.ui.watch;
