/** What a user of Beam touches: the runner, its options and its result. */
package dev.microbatch.runner;
