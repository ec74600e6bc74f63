package dev.microbatch.runner;

import dev.microbatch.executor.batch.RefusedSettingException;
import java.util.Map;

/** Words refusals as whoever typed the command line knows them. */
final class Flags {

  /** Settings of the executor whose options have other names. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of("commitIntervalMillis", "checkpointIntervalMillis");

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
    IllegalArgumentException worded =
        refused(OTHER_NAMES.getOrDefault(setting, setting), refusal.value(), refusal.accepted());
    worded.initCause(refusal);
    return worded;
  }
}
