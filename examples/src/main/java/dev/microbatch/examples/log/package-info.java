/**
 * Access logs of web servers: from lines to requests, and from requests to figures of windows and
 * sessions. Each transform can be used on its own; the examples put them together.
 */
package dev.microbatch.examples.log;
