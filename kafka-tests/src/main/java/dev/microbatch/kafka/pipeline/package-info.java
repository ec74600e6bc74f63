/**
 * The pipeline that is killed: from a Kafka topic, over state and session windows, into two Kafka
 * topics. It knows nothing of the tests around it and is written as a user writes one.
 */
package dev.microbatch.kafka.pipeline;
