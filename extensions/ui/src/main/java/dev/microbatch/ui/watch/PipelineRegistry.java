package dev.microbatch.ui.watch;

import dev.microbatch.runner.spi.RunningPipeline;
import dev.microbatch.ui.http.HttpError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The pipelines of this process: those that run, and the last ones that have ended.
 *
 * <p>Thread-safe.
 */
public final class PipelineRegistry {

  /** The id of the pipeline that was started last. */
  public static final String CURRENT = "current";

  private static final int ENDED = 20;

  private final List<WatchedPipeline> pipelines = new ArrayList<>();
  private final Jvm jvm;
  private long count;

  /**
   * Creates an empty one.
   *
   * @param jvm the process
   */
  public PipelineRegistry(Jvm jvm) {
    this.jvm = jvm;
  }

  /** The process. */
  public Jvm jvm() {
    return jvm;
  }

  /** Adds a pipeline; forgets the oldest that have ended if there are too many. */
  public synchronized WatchedPipeline add(RunningPipeline pipeline) {
    count++;
    WatchedPipeline watched = new WatchedPipeline(Long.toString(count), pipeline);
    pipelines.add(watched);
    int ended = (int) pipelines.stream().filter(one -> one.endedMillis() != null).count();
    for (int i = 0; i < pipelines.size() && ended > ENDED; ) {
      if (pipelines.get(i).endedMillis() != null) {
        pipelines.remove(i);
        ended--;
      } else {
        i++;
      }
    }
    return watched;
  }

  /** All of them, the last one started first. */
  public synchronized List<WatchedPipeline> all() {
    List<WatchedPipeline> all = new ArrayList<>(pipelines);
    Collections.reverse(all);
    return all;
  }

  /**
   * A pipeline.
   *
   * @param id its id, or {@link #CURRENT}
   * @throws HttpError if there is none
   */
  public WatchedPipeline get(String id) {
    for (WatchedPipeline one : all()) {
      if (id.equals(CURRENT) || one.id().equals(id)) {
        return one;
      }
    }
    throw new HttpError(404, "There is no such pipeline; see /api/v1/pipelines");
  }

  /** A second has passed. */
  public void tick() {
    jvm.look();
    Jvm.Reading reading = jvm.read();
    for (WatchedPipeline pipeline : all()) {
      if (!hasSettled(pipeline)) {
        pipeline.tick(reading);
      }
    }
  }

  /** Whether nothing will change any more in what is shown lately. */
  private static boolean hasSettled(WatchedPipeline pipeline) {
    Long ended = pipeline.endedMillis();
    return ended != null && pipeline.pipeline().clock().millis() - ended > 15_000;
  }
}
