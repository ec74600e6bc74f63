package dev.microbatch.runner;

import dev.microbatch.executor.batch.RefusedSettingException;
import dev.microbatch.executor.block.BlockCodingException;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.state.EncodingException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Words refusals as whoever typed the command line knows them. */
final class Flags {

  /** Settings of the executor whose options have other names. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "commitIntervalMillis", "checkpointIntervalMillis",
          "store", "checkpointDir",
          "keyGroups", "maxParallelism");

  private Flags() {}

  /**
   * A value that is not accepted.
   *
   * @param option the name of the option
   * @param value its value
   * @param accepted what is accepted, to follow "it must be"
   */
  static IllegalArgumentException refused(String option, Object value, String accepted) {
    return new IllegalArgumentException(
        "--" + option + "=" + value + " is not accepted: it must be " + accepted);
  }

  /** What the executor has refused, in the words of the command line. */
  static IllegalArgumentException refused(RefusedSettingException refusal) {
    String setting = refusal.setting();
    IllegalArgumentException worded = refused(option(setting), refusal.value(), refusal.accepted());
    worded.initCause(refusal);
    return worded;
  }

  /** A refused checkpoint, with the options that help. */
  static CheckpointException refused(CheckpointException refusal) {
    return refusal.remedies().isEmpty()
        ? refusal
        : new CheckpointException(
            refusal.getMessage() + remedies(refusal), refusal, refusal.remedies());
  }

  /**
   * The options that help out of a failure, to follow its message.
   *
   * @param failure what the executor has thrown
   * @return empty if there are none
   */
  static String remedies(@Nullable Throwable failure) {
    if (failure instanceof CheckpointException refusal) {
      List<Remedy> remedies = refusal.remedies();
      return remedies.isEmpty()
          ? ""
          : remedies.stream()
              .map(remedy -> "--" + option(remedy.setting()) + "=" + remedy.value())
              .collect(Collectors.joining(", ", "\nThe options for that: ", ""));
    }
    return failure instanceof EncodingException || failure instanceof BlockCodingException
        ? "\nThe option for that: --verifyEncodability=true"
        : "";
  }

  private static String option(String setting) {
    return OTHER_NAMES.getOrDefault(setting, setting);
  }
}
