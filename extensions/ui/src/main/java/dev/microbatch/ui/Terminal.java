package dev.microbatch.ui;

import java.io.Console;

/**
 * The terminal that the program was started from, if there is one. What is shown there goes past
 * loggers and whatever standard output has become.
 */
final class Terminal {

  private Terminal() {}

  /**
   * Shows a link that lets whoever has it do everything. Nothing is shown unless standard input and
   * output are a terminal, by {@link System#console()}: not in a file, a container's log or a pipe.
   */
  static void show(String link) {
    Console console = System.console();
    if (console != null && isTerminal(console)) {
      console.printf("Web UI, with the right to drain and cancel: %s%n", link);
      console.flush();
    }
  }

  /** Since Java 22 there is always a console, and it says whether it is a terminal. */
  private static boolean isTerminal(Console console) {
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
