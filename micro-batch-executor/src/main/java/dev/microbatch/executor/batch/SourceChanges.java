package dev.microbatch.executor.batch;

import dev.microbatch.executor.batch.CheckpointOptions.OnSourceChange;
import dev.microbatch.executor.batch.StoredSources.StoredSource;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * What has become of a pipeline's sources since a checkpoint was written, and which of them are to
 * be cut again. A source that the checkpoint knows nothing of, because it is new or the checkpoint
 * old, is unchanged.
 *
 * <p>Immutable.
 */
final class SourceChanges {

  private static final Logger LOG = Warnings.logger(SourceChanges.class);

  private final Map<String, StoredSource> stored;
  private final OnSourceChange policy;
  private final Set<String> cutAgain = new HashSet<>();

  /** The sources that show something else than before, each with the items in which they differ. */
  private final Map<String, String> differences = new TreeMap<>();

  private SourceChanges(Map<String, StoredSource> stored, OnSourceChange policy) {
    this.stored = stored;
    this.policy = policy;
  }

  /** For a pipeline that begins at the beginning. */
  static SourceChanges none() {
    return new SourceChanges(Map.of(), OnSourceChange.REFUSE);
  }

  /**
   * Compares the sources of a plan with those of a checkpoint. Decodes hashes and names only.
   *
   * @param plan the plan
   * @param attachments what is attached to the commit
   * @param policy what is to become of a source that has changed
   * @throws CheckpointException if one has changed in a way that the policy does not allow
   */
  static SourceChanges check(Plan plan, Map<String, byte[]> attachments, OnSourceChange policy) {
    SourceChanges changes = new SourceChanges(StoredSources.decode(attachments), policy);
    List<String> refused = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      String step = stage.head().name();
      SourceIdentity now = plan.sources().get(step);
      if (now != null) {
        boolean unbounded = stage.head().spec() instanceof StepSpec.UnboundedRead;
        changes.compare(step, now, unbounded);
        if (changes.isRefused(step, unbounded)) {
          refused.add(step);
        }
      }
    }
    if (!refused.isEmpty()) {
      throw changes.refusal(refused);
    }
    return changes;
  }

  private void compare(String step, SourceIdentity now, boolean unbounded) {
    StoredSource before = stored.get(step);
    String difference = before == null ? null : difference(before.identity(), now);
    if (difference != null) {
      differences.put(step, difference);
    }
    boolean other =
        before == null
            ? policy == OnSourceChange.RESPLIT // what it was is not known, and this is asked for
            : difference != null || !before.identity().serialized().equals(now.serialized());
    if (other && unbounded && policy != OnSourceChange.KEEP && !keepsWhatWasCreated(before)) {
      cutAgain.add(step);
    }
  }

  /**
   * Whether the splits of a source are copies of something, such as a subscription, that splitting
   * would make again: what has come to the old one would be lost. It is made again only if the user
   * says so.
   */
  private boolean keepsWhatWasCreated(@Nullable StoredSource before) {
    return before != null && before.created() && policy != OnSourceChange.RESPLIT;
  }

  /** The items in which a source differs, in words; null if there are none. */
  private static @Nullable String difference(SourceIdentity before, SourceIdentity now) {
    Set<String> changed = new TreeSet<>();
    Set<String> gone = new TreeSet<>(before.shown().keySet());
    Set<String> added = new TreeSet<>(now.shown().keySet());
    gone.removeAll(now.shown().keySet());
    added.removeAll(before.shown().keySet());
    now.shown()
        .forEach(
            (item, hash) -> {
              if (!added.contains(item) && !hash.equals(before.shown().get(item))) {
                changed.add(item);
              }
            });
    List<String> words = new ArrayList<>();
    describe(words, "shows another value of ", changed);
    describe(words, "no longer shows ", gone);
    describe(words, "now shows ", added);
    return words.isEmpty() ? null : String.join("; ", words);
  }

  private static void describe(List<String> words, String what, Set<String> items) {
    if (!items.isEmpty()) {
      words.add(what + String.join(", ", items));
    }
  }

  private boolean isRefused(String step, boolean unbounded) {
    return differences.containsKey(step)
        && (policy == OnSourceChange.REFUSE || (policy == OnSourceChange.RESPLIT && !unbounded));
  }

  private CheckpointException refusal(List<String> steps) {
    StringBuilder message =
        new StringBuilder(
            policy == OnSourceChange.RESPLIT
                ? "Only unbounded sources can be split again, and these are not. They differ from"
                    + " those that the checkpoint was written with:"
                : "The checkpoint was written with other sources:");
    for (String step : steps) {
      message.append("\n  step ").append(step).append(' ').append(differences.get(step));
    }
    message.append(
        "\n"
            + "Run the pipeline that wrote the checkpoint, or start this one in another checkpoint"
            + " directory. If changed sources are kept, what the checkpoint has left of the old"
            + " ones is read");
    List<Remedy> remedies = new ArrayList<>(List.of(Remedy.OTHER_STORE, Remedy.KEEP_SOURCES));
    if (policy == OnSourceChange.REFUSE) {
      message.append(
          "; if they are split again, unbounded sources of today resume at its positions, which is"
              + " right only if they mean the same there");
      remedies.add(Remedy.RESPLIT_SOURCES);
    }
    return new CheckpointException(message.toString(), null, remedies);
  }

  /** Says what is done about changed sources. */
  void log() {
    differences.forEach(
        (step, difference) ->
            LOG.warn(
                "The source {} is not the one that the checkpoint was written with: it {}. As you"
                    + " have chosen, {}",
                step,
                difference,
                cutAgain.contains(step)
                    ? "it is split again and resumes at the stored positions"
                    : "what the checkpoint still holds of the old one is read"));
    for (String step : cutAgain) {
      if (!differences.containsKey(step)) {
        LOG.info(
            "The source {} shows the same as before but is serialized differently: it is split"
                + " again and resumes at the stored positions",
            step);
      }
    }
  }

  /** Whether a source is to be cut again, although the checkpoint has its splits. */
  boolean isCutAgain(String step) {
    return cutAgain.contains(step);
  }

  /** What the user wants to become of a source that has changed. */
  OnSourceChange policy() {
    return policy;
  }

  /** Whether the user accepts what has changed in the splits that the checkpoint holds. */
  boolean keepsAnyway() {
    return policy == OnSourceChange.KEEP;
  }

  /** What the checkpoint knows of a source, or null. */
  @Nullable StoredSource stored(String step) {
    return stored.get(step);
  }
}
