/**
 * What other modules may add to the runner: observers of running pipelines, found on the class
 * path. Also where running servers are noted, so that programs of the same user find them. Imports
 * the executor; nothing of the runner itself.
 */
package dev.microbatch.runner.spi;
