/** A pipeline that keeps much state, and what is seen of it from inside. */
package dev.microbatch.benchmarks.state;
