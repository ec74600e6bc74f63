package dev.microbatch.benchmarks.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Splits a range of numbers among threads. */
final class Parallel {

  /** The work of one thread. */
  @FunctionalInterface
  interface Part<T> {
    /** Works on the numbers {@code from <= number < to}. */
    T run(long from, long to);
  }

  private Parallel() {}

  /**
   * Works on the numbers from 0, each thread on a contiguous share.
   *
   * @param size behind the last number
   * @param threads how many threads
   * @param part the work
   * @param <T> what a thread makes
   * @return what the threads have made, in the order of their shares
   */
  static <T> List<T> run(long size, int threads, Part<T> part) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<CompletableFuture<T>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long from = size * i / threads;
        long to = size * (i + 1) / threads;
        parts.add(CompletableFuture.supplyAsync(() -> part.run(from, to), executor));
      }
      return parts.stream().map(CompletableFuture::join).toList();
    } finally {
      executor.shutdown();
    }
  }
}
