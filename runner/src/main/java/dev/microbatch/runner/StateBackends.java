package dev.microbatch.runner;

import dev.microbatch.executor.memory.MemorySettings;
import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.SpillException;
import dev.microbatch.executor.state.SpillingStateBackend;
import dev.microbatch.executor.state.StateBackend;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Reads what the options say about memory. */
final class StateBackends {

  private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})%");
  private static final Pattern BYTES = Pattern.compile("[0-9]{1,18}");

  /** A path of a file system that is not of this machine; a drive of Windows has one letter. */
  private static final Pattern ELSEWHERE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private StateBackends() {}

  /**
   * Where stages keep what they keep.
   *
   * @throws IllegalArgumentException if an option has a value that is not accepted
   */
  static StateBackend of(MicroBatchPipelineOptions options) {
    long budget = budget(options.getMemoryBudget(), Runtime.getRuntime().maxMemory());
    String named = options.getSpillDir();
    switch (options.getStateBackend()) {
      case "heap" -> {
        if (named != null) {
          throw Flags.refused("spillDir", named, "used together with --stateBackend=auto");
        }
        return StateBackend.HEAP;
      }
      case "auto" -> {
        if (named != null && !options.isDryRun()) {
          check(named);
        }
        return new SpillingStateBackend(
            new MemorySettings(
                UUID.randomUUID(),
                options.getJobName(),
                budget,
                named != null ? named : defaultDirectory(options.getCheckpointDir()),
                named != null,
                options.isEvictAlways()));
      }
      default -> throw Flags.refused("stateBackend", options.getStateBackend(), "auto or heap");
    }
  }

  /**
   * How much may be kept in memory.
   *
   * @param text bytes, or percent of the heap
   * @param heap how large the heap may be, in bytes
   */
  static long budget(String text, long heap) {
    Matcher percent = PERCENT.matcher(text);
    if (percent.matches()) {
      int part = Integer.parseInt(percent.group(1));
      if (part >= 1 && part <= 100) {
        return heap / 100 * part;
      }
    } else if (BYTES.matcher(text).matches() && Long.parseLong(text) > 0) {
      return Long.parseLong(text);
    }
    throw Flags.refused(
        "memoryBudget", text, "a number of bytes, or from 1% to 100% of the largest heap (-Xmx)");
  }

  private static void check(String directory) {
    try {
      SpillDirectory.open(Path.of(directory), true).close();
    } catch (InvalidPathException | SpillException e) {
      throw new IllegalArgumentException(
          "--spillDir=" + directory + " is not accepted: " + e.getMessage(), e);
    }
  }

  /** Beside the checkpoints, if they are on this machine. */
  static String defaultDirectory(@Nullable String checkpointDir) {
    if (checkpointDir == null || ELSEWHERE.matcher(checkpointDir).matches()) {
      return "/var/tmp/microbatch-" + System.getProperty("user.name");
    }
    int end = checkpointDir.length();
    while (end > 1 && checkpointDir.charAt(end - 1) == '/') {
      end--;
    }
    return checkpointDir.substring(0, end) + "-spill";
  }
}
