package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.Remedy;
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
            "There has to be a checkpoint to resume from, but the checkpoint directory holds none."
                + " If there need not be one, the pipeline starts from the beginning",
            null,
            List.of(Remedy.RESTORE_IF_ANY));
      }
      return;
    }
    CommitHeader header = found.get().header();
    if (restore == CheckpointOptions.Restore.NONE) {
      throw new CheckpointException(
          "There must be no checkpoint yet, but the checkpoint directory holds commit "
              + header.commit()
              + " of "
              + header.pipeline()
              + ". Choose an empty directory, or let the pipeline resume from it",
          null,
          List.of(Remedy.OTHER_STORE, Remedy.RESTORE_IF_ANY));
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
              "A maximum parallelism of %d is not accepted: the checkpoint was written with %d,"
                  + " which is fixed for its life",
              plan.keyGroups(), header.keyGroups()),
          null,
          List.of(new Remedy("keyGroups", String.valueOf(header.keyGroups()))));
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
              + "\nRun the pipeline that wrote it, or start again in another checkpoint directory",
          null,
          List.of(Remedy.OTHER_STORE));
    }
  }
}
