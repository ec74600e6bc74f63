/** Child JVMs: started from the class path of this one, watched, killed. Knows nothing of Kafka. */
package dev.microbatch.kafka.process;
