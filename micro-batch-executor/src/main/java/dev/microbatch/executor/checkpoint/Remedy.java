package dev.microbatch.executor.checkpoint;

import java.io.Serializable;

/**
 * A setting that helps where a checkpoint is refused. A message says what helps in plain words;
 * whoever takes settings from users adds how they are typed.
 *
 * @param setting the name of the setting, as its options record has it
 * @param value the value that helps
 */
public record Remedy(String setting, String value) implements Serializable {

  /** Starts from the beginning and leaves the checkpoint alone. */
  public static final Remedy OTHER_STORE = new Remedy("store", "<another>");

  /** Reads the splits that the checkpoint holds, whatever the sources find today. */
  public static final Remedy KEEP_SOURCES = new Remedy("onSourceChange", "KEEP");

  /** Splits changed sources again. */
  public static final Remedy RESPLIT_SOURCES = new Remedy("onSourceChange", "RESPLIT");

  /** Resumes from a checkpoint if there is one. */
  public static final Remedy RESTORE_IF_ANY = new Remedy("restore", "AUTO");
}
