package dev.microbatch.executor.source;

/** Tells the outside world that what was read or made before a commit is safe. */
@FunctionalInterface
public interface Finalizer {

  /**
   * Acknowledges. Called at most once, after the commit is durable.
   *
   * @throws Exception if the acknowledgement could not be given; the commit stands all the same
   */
  void run() throws Exception;
}
