package dev.microbatch.benchmarks;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The main method of a benchmark. */
final class BenchmarkMain {

  /** Held, because the logging framework holds its loggers weakly. */
  private static final Logger ROOT = Logger.getLogger("");

  private BenchmarkMain() {}

  /** A benchmark; its arguments may be refused by an {@link IllegalArgumentException}. */
  @FunctionalInterface
  interface Body {
    void run(PrintStream out, String... args);
  }

  /** Prints the usage, or runs the benchmark; exits with 1 if an argument is not accepted. */
  static void run(String usage, Body body, String... args) {
    ROOT.setLevel(Level.WARNING);
    if (Arrays.asList(args).contains("--help")) {
      System.out.print(usage);
      return;
    }
    try {
      body.run(System.out, args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}
