package dev.microbatch.executor.batch;

import dev.microbatch.executor.batch.CheckpointOptions.OnSourceChange;
import dev.microbatch.executor.batch.StoredSources.StoredSource;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.source.SplitSet;
import dev.microbatch.executor.source.StoredSplits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * Compares what unbounded sources find when they are split today with the splits in a checkpoint:
 * those are what will be read, and partitions that a topic has got since are in none of them.
 *
 * <p>A source is split at most twice in the life of a survey, which is that of the process. It is
 * left out if the checkpoint knows another source by that step, since {@link SourceChanges} deals
 * with it, and if its splits are copies, as those of a queue: copies find nothing, and splitting
 * may leave a subscription behind. One that cannot be split now, or splits differently each time,
 * is warned of and resumes.
 *
 * <p>Not thread-safe: owned by one {@link PlanExecution}.
 */
final class SplitSurvey {

  private static final Logger LOG = Warnings.logger(SplitSurvey.class);

  private final Plan plan;
  private final PipelineOptions options;
  private final Map<String, SplitSet> firstLooks = new HashMap<>();
  private final Map<String, SplitSet> secondLooks = new HashMap<>();

  /** The steps of which something was said, so that it is said once. */
  private final Set<String> warned = new HashSet<>();

  private boolean over;

  /**
   * Prepares a survey.
   *
   * @param plan the plan
   * @param options the pipeline's options, for the sources
   */
  SplitSurvey(Plan plan, PipelineOptions options) {
    this.plan = plan;
    this.options = options;
  }

  /** Ends the survey, because this process has split the sources itself. */
  void end() {
    over = true;
  }

  /**
   * Compares the sources of the plan with those of a checkpoint.
   *
   * @param attachments what is attached to the commit
   * @param changes what has become of the sources; says what the user wants
   * @throws CheckpointException if a source finds something else and the user has not accepted
   *     that, or if stored splits cannot be decoded
   */
  void check(Map<String, byte[]> attachments, SourceChanges changes) {
    if (over) {
      return;
    }
    List<String> refused = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      String step = stage.head().name();
      StoredSource known = changes.stored(step);
      byte[] stored = SplitTable.stored(attachments, step);
      if (stage.head().spec() instanceof StepSpec.UnboundedRead read
          && stored != null
          && known != null
          && known.identity().equals(plan.sources().get(step))) {
        SplitSet before = new SplitSet(SplitTable.decode(step, stored, read.source()));
        String difference = before.areCopies() ? null : difference(step, read, known, before);
        if (difference != null && changes.policy() == OnSourceChange.KEEP) {
          warnOfKeeping(step, difference);
        } else if (difference != null) {
          refused.add(difference);
        }
      }
    }
    if (!refused.isEmpty()) {
      throw refusal(refused, changes.policy());
    }
  }

  /** In what a source differs from what is stored, in words; null if in nothing that is known. */
  private @Nullable String difference(
      String step, StepSpec.UnboundedRead read, StoredSource known, SplitSet before) {
    SplitSet now = look(firstLooks, step, read, known.asked());
    if (now == null || now.isSameAs(before)) {
      return null;
    }
    if (now.size() == before.size()) {
      SplitSet again = look(secondLooks, step, read, known.asked());
      if (again != null && !again.isSameAs(now)) {
        warn(
            step,
            "it splits differently each time. The stored splits are read; data outside them, such"
                + " as new partitions of a topic, goes unnoticed");
        return null;
      }
    }
    return String.format(
        "the source %s splits into %d splits, and the checkpoint has %d splits of it, of which %d"
            + " are the same",
        step, now.size(), before.size(), now.common(before));
  }

  private @Nullable SplitSet look(
      Map<String, SplitSet> looks, String step, StepSpec.UnboundedRead read, int asked) {
    SplitSet known = looks.get(step);
    if (known != null || warned.contains(step)) {
      return known;
    }
    try {
      SplitSet splits = new SplitSet(stored(read, split(step, read, asked)));
      looks.put(step, splits);
      return splits;
    } catch (StepException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw e;
      }
      warn(step, "splitting it failed (" + e.getCause() + ')');
    } catch (LinkageError e) {
      warn(step, "splitting it failed (" + e + ')');
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      warn(step, "its splits cannot be encoded (" + e + ')');
    }
    return null;
  }

  private List<?> split(String step, StepSpec.UnboundedRead read, int asked) {
    return SplitTable.cut(read, step, options, asked, new MetricsContainerStepMap());
  }

  /** Puts splits into the form that those in a checkpoint have when they are decoded. */
  private static List<?> stored(StepSpec.UnboundedRead read, List<?> splits)
      throws IOException, ClassNotFoundException {
    UnboundedSource<?, ?> source = read.source();
    return StoredSplits.decode(StoredSplits.encode(splits), source);
  }

  private void warn(String step, String why) {
    if (warned.add(step)) {
      LOG.warn(
          "The source {} could not be compared with its splits in the checkpoint: {}", step, why);
    }
  }

  private void warnOfKeeping(String step, String difference) {
    if (warned.add(step)) {
      LOG.warn(
          "A source has changed since the checkpoint was written: {}. As you have chosen, the"
              + " stored splits are read. Data that is only in the splits of today, such"
              + " as new partitions of a topic, is not read",
          difference);
    }
  }

  private static CheckpointException refusal(List<String> differences, OnSourceChange policy) {
    return new CheckpointException(
        "Sources have changed since the checkpoint was written, as when a topic gets new"
            + " partitions:\n  "
            + String.join("\n  ", differences)
            + "\n"
            + (policy == OnSourceChange.RESPLIT
                ? "Splitting again cannot give stored positions to other splits of the same source."
                    + " "
                : "")
            + "To read everything, start again in another checkpoint directory. If changed sources"
            + " are kept, the stored splits are resumed, and nothing is read that is only in the"
            + " splits of today",
        null,
        List.of(Remedy.OTHER_STORE, Remedy.KEEP_SOURCES));
  }
}
