/**
 * The kill test: a pipeline between Kafka topics is killed again and again, by signal 9, while
 * events keep coming. What it wrote must be what it would have written had nobody touched it.
 */
package dev.microbatch.kafka.kill;
