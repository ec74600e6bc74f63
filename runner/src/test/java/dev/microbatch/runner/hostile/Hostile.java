package dev.microbatch.runner.hostile;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does harm when it is deserialized: it counts. Stands for what a library has on the class path.
 */
public final class Hostile implements Serializable {

  private static final long serialVersionUID = 1;

  /** How often its code has run. */
  public static final AtomicInteger RUNS = new AtomicInteger();

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    RUNS.incrementAndGet();
  }
}
