package dev.microbatch.kafka.pipeline;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.Validation;

/** What {@link EventPipeline} has to be told. */
public interface EventPipelineOptions extends PipelineOptions {

  /** The brokers. */
  @Description("The Kafka brokers, host:port,...")
  @Validation.Required
  String getBootstrapServers();

  /** Sets {@link #getBootstrapServers}. */
  void setBootstrapServers(String bootstrapServers);

  /** The topic that is read. */
  @Description("The topic with the events: the key is a string, the value the event's number.")
  @Default.String("events")
  String getEventsTopic();

  /** Sets {@link #getEventsTopic}. */
  void setEventsTopic(String eventsTopic);

  /** The topic of numbered events. */
  @Description("The topic that gets each event with its position among the events of its key.")
  @Default.String("numbered")
  String getNumberedTopic();

  /** Sets {@link #getNumberedTopic}. */
  void setNumberedTopic(String numberedTopic);

  /** The topic of sessions. */
  @Description("The topic that gets the sessions of each key: start, end and number of events.")
  @Default.String("sessions")
  String getSessionsTopic();

  /** Sets {@link #getSessionsTopic}. */
  void setSessionsTopic(String sessionsTopic);

  /** How many writers each of the two topics has. */
  @Description("How many transactional writers each of the two topics has.")
  @Default.Integer(2)
  int getShards();

  /** Sets {@link #getShards}. */
  void setShards(int shards);

  /** The gap between sessions in milliseconds of event time. */
  @Description("After how many milliseconds of event time without events a session is over.")
  @Validation.Required
  long getSessionGapMillis();

  /** Sets {@link #getSessionGapMillis}. */
  void setSessionGapMillis(long sessionGapMillis);
}
