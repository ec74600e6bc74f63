package dev.microbatch.executor.source;

import java.util.concurrent.TimeUnit;

/**
 * How much of the ids of records is remembered, in one partition.
 *
 * @param nanos for how long an id is remembered after it was seen last, in nanoseconds
 * @param maxBytes how many bytes of the heap the ids may take; beyond that, the oldest are
 *     forgotten early
 */
public record RecordIdMemory(long nanos, long maxBytes) {

  /** The part of the heap that the ids of one source may take, in all partitions together. */
  private static final int HEAP_SHARE = 8;

  /**
   * A share of this process's heap.
   *
   * @param millis for how long an id is remembered, in milliseconds
   * @param parallelism how many partitions share the heap
   */
  public static RecordIdMemory ofHeap(long millis, int parallelism) {
    return new RecordIdMemory(
        TimeUnit.MILLISECONDS.toNanos(millis),
        Runtime.getRuntime().maxMemory() / HEAP_SHARE / parallelism);
  }
}
