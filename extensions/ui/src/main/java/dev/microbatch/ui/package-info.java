/** Shows running pipelines over HTTP: a page, an API and metrics. */
package dev.microbatch.ui;
