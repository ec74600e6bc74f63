/** What becomes of a process when its pipeline fails or ends it: child JVMs, run to their end. */
package dev.microbatch.runner.failure;
