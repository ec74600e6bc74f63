package dev.microbatch.conformance.worker;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;

/** What all threads of this JVM are doing. */
final class ThreadDump {

  private ThreadDump() {}

  /**
   * Returns the stacks of all threads: first those inside the test, last those of the JVM.
   *
   * @param testClass binary name of the class of the test
   */
  static String of(String testClass) {
    return Arrays.stream(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false))
        .sorted(
            Comparator.<ThreadInfo, Boolean>comparing(thread -> !isInside(thread, testClass))
                .thenComparing(thread -> !runsMoreThanTheJdk(thread))
                .thenComparing(ThreadInfo::getThreadName))
        .map(ThreadDump::describe)
        .collect(Collectors.joining("\n"));
  }

  private static boolean isInside(ThreadInfo thread, String testClass) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(testClass));
  }

  private static boolean runsMoreThanTheJdk(ThreadInfo thread) {
    return Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getModuleName() == null);
  }

  private static String describe(ThreadInfo thread) {
    StringBuilder text =
        new StringBuilder("\"%s\" %s".formatted(thread.getThreadName(), thread.getThreadState()));
    if (thread.getLockName() != null) {
      text.append(" on ").append(thread.getLockName());
    }
    if (thread.getLockOwnerName() != null) {
      text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
    }
    text.append('\n');
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append("\tat ").append(frame).append('\n');
    }
    return text.toString();
  }
}
