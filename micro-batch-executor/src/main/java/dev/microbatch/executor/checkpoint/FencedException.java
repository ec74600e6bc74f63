package dev.microbatch.executor.checkpoint;

/** Another process has gone on from this checkpoint: this one must not write any more. */
public final class FencedException extends CheckpointException {

  private static final long serialVersionUID = 1L;

  FencedException(String location, String newer) {
    super(
        "Another process has taken over "
            + location
            + " (it wrote "
            + newer
            + "): this one ends. Give each pipeline a checkpoint directory of its own");
  }
}
