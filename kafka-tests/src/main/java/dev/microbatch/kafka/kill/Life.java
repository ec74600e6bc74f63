package dev.microbatch.kafka.kill;

import dev.microbatch.kafka.pipeline.EventPipeline;
import dev.microbatch.kafka.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The pipeline from one start of its JVM to its end. Times are the wall clock's, which the broker
 * on this machine shares.
 *
 * <p>Not thread-safe.
 */
final class Life implements AutoCloseable {
  private final JavaProcess process;
  private final long startMillis = System.currentTimeMillis();
  private long firstResultMillis = Long.MAX_VALUE;

  private Life(JavaProcess process) {
    this.process = process;
  }

  /**
   * Starts the pipeline.
   *
   * @param number counts the lives, from 1
   * @param jvm arguments of the JVM
   * @param args arguments of the pipeline
   * @param logs the directory that gets its log
   * @throws IOException if the process cannot be created
   */
  static Life start(int number, List<String> jvm, List<String> args, Path logs) throws IOException {
    Path log = logs.resolve("pipeline-%03d.log".formatted(number));
    return new Life(
        JavaProcess.start(
            "pipeline (life %d)".formatted(number), jvm, EventPipeline.class, args, log));
  }

  /**
   * Takes notice of a result that the broker got at a time: this life wrote it, or the last one.
   */
  void resultAppended(long millis) {
    if (millis >= startMillis) {
      firstResultMillis = Math.min(firstResultMillis, millis);
    }
  }

  /**
   * Returns how long after the start the first result of this life was written, in milliseconds.
   */
  OptionalLong millisToFirstResult() {
    return firstResultMillis == Long.MAX_VALUE
        ? OptionalLong.empty()
        : OptionalLong.of(firstResultMillis - startMillis);
  }

  boolean isPast(KillMoment moment) {
    long from = moment.afterFirstResult() ? firstResultMillis : startMillis;
    return System.currentTimeMillis() - from >= moment.millis();
  }

  /** Returns how old it is, in milliseconds. */
  long ageMillis() {
    return System.currentTimeMillis() - startMillis;
  }

  JavaProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}
