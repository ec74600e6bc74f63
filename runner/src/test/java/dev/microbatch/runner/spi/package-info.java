/** Tests of how running servers are noted. */
package dev.microbatch.runner.spi;
