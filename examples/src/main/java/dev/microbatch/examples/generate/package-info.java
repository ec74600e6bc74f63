/**
 * Access logs of a web server that does not exist: the same seed gives the same log, on every
 * machine. Whoever makes one also gets its true figures, to compare a report with.
 */
package dev.microbatch.examples.generate;
