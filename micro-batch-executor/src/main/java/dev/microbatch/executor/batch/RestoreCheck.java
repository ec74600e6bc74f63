package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.RestoredCheckpoint;
import dev.microbatch.executor.plan.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses a checkpoint that a plan cannot resume from: the one place for everything that can be
 * said without running the pipeline. It changes nothing, and is asked twice with each start.
 *
 * @param plan the plan that is to run
 * @param checkpoints what the options say
 * @param restore whether there may be a checkpoint, or has to be
 * @param survey splits sources to see what they find today
 */
record RestoreCheck(
    Plan plan, CheckpointOptions checkpoints, CheckpointOptions.Restore restore, SplitSurvey survey)
    implements CheckpointLog.Check {

  @Override
  public void check(Optional<RestoredCheckpoint> found) {
    if (found.isEmpty()) {
      if (restore == CheckpointOptions.Restore.REQUIRED) {
        throw new CheckpointException(
            "--restore=REQUIRED, but --checkpointDir holds no checkpoint. Use --restore=AUTO to"
                + " begin at the beginning");
      }
      return;
    }
    CommitHeader header = found.get().header();
    if (restore == CheckpointOptions.Restore.NONE) {
      throw new CheckpointException(
          "--restore=NONE, but --checkpointDir holds commit "
              + header.commit()
              + " of "
              + header.pipeline()
              + ". Choose an empty directory, or use --restore=AUTO to go on from it");
    }
    checkKeyGroups(header);
    checkIdentity(found.get());
    Map<String, byte[]> attachments = found.get().attachments();
    survey.check(attachments, SourceChanges.check(plan, attachments, checkpoints.onSourceChange()));
  }

  private void checkKeyGroups(CommitHeader header) {
    if (header.keyGroups() != plan.keyGroups()) {
      throw new CheckpointException(
          String.format(
              "--maxParallelism=%d is not accepted: the checkpoint was written with %d, which is"
                  + " fixed for its life",
              plan.keyGroups(), header.keyGroups()));
    }
  }

  private void checkIdentity(RestoredCheckpoint restored) {
    CommitHeader header = restored.header();
    PlanIdentity identity = checkpoints.identity();
    if (header.fingerprint().equals(identity.hash())) {
      return;
    }
    List<String> obstacles = identity.incompatibilities(PlanIdentity.stored(restored));
    if (!obstacles.isEmpty()) {
      throw new CheckpointException(
          "The checkpoint of "
              + header.pipeline()
              + " does not fit this pipeline:\n  "
              + String.join("\n  ", obstacles)
              + "\nRun the pipeline that wrote it, or begin anew in another --checkpointDir");
    }
  }
}
