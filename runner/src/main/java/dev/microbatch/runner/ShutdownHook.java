package dev.microbatch.runner;

/** Has something done when the process is told to end, as long as this is open. */
final class ShutdownHook implements AutoCloseable {

  private final Thread thread;

  /**
   * Registers what is to be done. A process that is ending already does not do it.
   *
   * @param action what is to be done; the process waits for it
   */
  ShutdownHook(Runnable action) {
    this.thread = new Thread(action, "microbatch-shutdown");
    change(() -> Runtime.getRuntime().addShutdownHook(thread));
  }

  @Override
  public void close() {
    change(() -> Runtime.getRuntime().removeShutdownHook(thread));
  }

  private static void change(Runnable change) {
    try {
      change.run();
    } catch (IllegalStateException e) {
      return; // the process is ending: hooks are as they are
    }
  }
}
