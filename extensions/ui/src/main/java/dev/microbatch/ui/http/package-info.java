/**
 * A small web server on that of the JDK: routes, guard, limits, assets and streams of events. Knows
 * nothing of pipelines. Imports the executor's {@code log} and {@code time}.
 */
package dev.microbatch.ui.http;
