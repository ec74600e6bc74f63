package dev.microbatch.benchmarks.heap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Duration;

/** Measures live heap: what is left of it after full collections. */
public final class LiveHeap {

  private static final Duration PAUSE = Duration.millis(200);

  /** As much as the heap of a pipeline at rest may still move by; in bytes. */
  private static final long REST_BYTES = 64 << 10;

  private LiveHeap() {}

  /**
   * How many bytes of heap a pipeline keeps for each key.
   *
   * @param kept what it keeps
   * @param options of the pipeline; it must not block on run
   * @param keys how many there are
   */
  public static double perKey(Kept kept, PipelineOptions options, long keys) {
    GatedSource.close();
    PipelineResult result = kept.pipeline(options, keys).run();
    try {
      long empty = atRest(result);
      GatedSource.open();
      while (!GatedSource.isExhausted()) {
        await(result);
      }
      return (double) (atRest(result) - empty) / keys;
    } finally {
      cancel(result);
    }
  }

  /** The live heap once it does not change any more: then all records are where they stay. */
  private static long atRest(PipelineResult result) {
    long before = Long.MIN_VALUE;
    long now = bytes();
    while (Math.abs(now - before) > REST_BYTES) {
      await(result);
      before = now;
      now = bytes();
    }
    return now;
  }

  private static long bytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void await(PipelineResult result) {
    if (result.waitUntilFinish(PAUSE) != null) {
      throw new IllegalStateException("the pipeline has ended: " + result.getState());
    }
  }

  private static void cancel(PipelineResult result) {
    try {
      result.cancel();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    result.waitUntilFinish();
  }
}
