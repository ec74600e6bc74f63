/** Pipelines and micro-benchmarks, and what they are compared with. */
package dev.microbatch.benchmarks;
