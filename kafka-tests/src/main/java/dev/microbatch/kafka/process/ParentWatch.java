package dev.microbatch.kafka.process;

import java.io.IOException;
import java.io.OutputStream;

/** Ends a child JVM when its parent is gone, also when the parent was killed. */
public final class ParentWatch {
  private static final int PARENT_GONE = 3;

  private ParentWatch() {}

  /** Ends this JVM at once when its standard input ends. */
  public static void start() {
    Thread watch = new Thread(ParentWatch::awaitEndOfInput, "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }

  private static void awaitEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("Standard input is broken: " + e);
    }
    Runtime.getRuntime().halt(PARENT_GONE);
  }
}
