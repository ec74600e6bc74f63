package dev.microbatch.executor.batch;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Decides which source stages may read in the next batch. A stage waits for those that feed the
 * side inputs of its records; a TestStream plays its next event only when nothing else has anything
 * to do.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class Admission {

  private final List<Stage> sources = new ArrayList<>();
  private final List<Stage> scripts = new ArrayList<>();
  private int nextScript;

  Admission(Plan plan) {
    for (Stage stage : plan.stages()) {
      if (stage.head().spec() instanceof StepSpec.Script) {
        scripts.add(stage);
      } else if (stage.isSource()) {
        sources.add(stage);
      }
    }
  }

  /**
   * Admits source stages to the next batch.
   *
   * @param status what the last batch said
   * @param workIsDue whether something other than a source has work that is due now
   */
  BitSet admit(PipelineStatus status, boolean workIsDue) {
    BitSet admitted = ready(status);
    boolean sourcesHaveMore = admitted.stream().anyMatch(status::hasMore);
    if (!sourcesHaveMore && !workIsDue) {
      admitScript(admitted, status);
    }
    return admitted;
  }

  /**
   * The source stages, scripts aside, that may read: not at their end, and not waiting for others.
   */
  BitSet ready(PipelineStatus status) {
    BitSet ready = new BitSet();
    for (Stage stage : sources) {
      if (!status.isSourceDone(stage.id()) && allDone(stage.after(), status)) {
        ready.set(stage.id());
      }
    }
    return ready;
  }

  private void admitScript(BitSet admitted, PipelineStatus status) {
    for (int i = 0; i < scripts.size(); i++) {
      Stage script = scripts.get((nextScript + i) % scripts.size());
      if (!status.isSourceDone(script.id())) {
        admitted.set(script.id());
        nextScript = (nextScript + i + 1) % scripts.size();
        return;
      }
    }
  }

  private static boolean allDone(List<Integer> stages, PipelineStatus status) {
    for (int stage : stages) {
      if (!status.isSourceDone(stage)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a TestStream still has events to play. */
  boolean scriptIsPlaying(PipelineStatus status) {
    for (Stage script : scripts) {
      if (!status.isSourceDone(script.id())) {
        return true;
      }
    }
    return false;
  }

  /** Whose turn it is among several TestStreams. */
  int nextScript() {
    return nextScript;
  }

  /** Goes on where another left off. */
  void restore(int restoredNextScript) {
    nextScript = restoredNextScript;
  }
}
