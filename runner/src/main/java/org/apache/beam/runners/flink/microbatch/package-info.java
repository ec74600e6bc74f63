/**
 * A name, and nothing else: KafkaIO's exactly-once sink is refused by Beam unless the name of the
 * runner's class begins with that of a runner which KafkaIO knows.
 */
package org.apache.beam.runners.flink.microbatch;
