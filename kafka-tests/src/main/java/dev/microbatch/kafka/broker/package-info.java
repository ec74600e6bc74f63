/** A Kafka broker for tests: a process of its own, empty at the start, gone at the end. */
package dev.microbatch.kafka.broker;
