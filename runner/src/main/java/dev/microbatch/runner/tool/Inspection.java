package dev.microbatch.runner.tool;

import dev.microbatch.executor.batch.PlanIdentity;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointInventory;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.RestoredCheckpoint;
import dev.microbatch.executor.source.StoredPosition;
import dev.microbatch.executor.stage.TimesEntry;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.SplitEntry;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.runner.tool.CheckpointReport.ContentReport;
import dev.microbatch.runner.tool.CheckpointReport.ManifestReport;
import dev.microbatch.runner.tool.CheckpointReport.PartitionReport;
import dev.microbatch.runner.tool.CheckpointReport.SplitReport;
import dev.microbatch.runner.tool.CheckpointReport.StageContents;
import dev.microbatch.runner.tool.CheckpointReport.StateReport;
import dev.microbatch.translation.fingerprint.PlanFingerprint;
import dev.microbatch.translation.fingerprint.StepEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes the report of a checkpoint directory. */
final class Inspection {

  private Inspection() {}

  /**
   * Reads a directory; changes nothing.
   *
   * @param directory where
   * @throws CheckpointException if there is no checkpoint, or it cannot be read
   * @throws IOException if a file cannot be read
   */
  static CheckpointReport of(String directory) throws IOException {
    CheckpointInventory inventory = CheckpointInventory.of(directory);
    List<ManifestReport> manifests = new ArrayList<>();
    List<CheckpointInventory.Found> whole = new ArrayList<>();
    for (CheckpointInventory.Found found : inventory.found()) {
      manifests.add(manifest(found));
      if (found.problem().isEmpty()) {
        whole.add(found);
      }
    }
    StateReport newest = null;
    if (!whole.isEmpty()) {
      CheckpointInventory.Found last = whole.get(whole.size() - 1);
      newest = state(whole.get(0), whole.size() == 1 ? null : last);
    }
    return new CheckpointReport(
        inventory.location(),
        inventory.bytes(),
        inventory.unnamedFiles(),
        inventory.unnamedBytes(),
        manifests,
        newest);
  }

  private static ManifestReport manifest(CheckpointInventory.Found found) {
    return new ManifestReport(
        found.file(),
        found.epoch(),
        found.commit(),
        found.writer(),
        found.modified().isPresent() ? time(found.modified().getAsLong()) : null,
        found.problem().isEmpty(),
        found.problem().orElse(null),
        found.content().map(Inspection::content).orElse(null));
  }

  private static ContentReport content(CheckpointInventory.Content content) {
    CommitHeader header = content.header();
    return new ContentReport(
        header.pipeline(),
        header.end().name(),
        content.parent().orElse(null),
        content.sequence(),
        time(header.processingTime()),
        header.parallelism(),
        header.keyGroups());
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static StateReport state(
      CheckpointInventory.Found newest, CheckpointInventory.@Nullable Found oldest)
      throws IOException {
    RestoredCheckpoint checkpoint = checkpoint(newest);
    Map<String, Long> before = oldest == null ? null : keys(checkpoint(oldest));
    Map<String, String> kinds = kinds(checkpoint);
    Map<String, List<RestoredCheckpoint.Chain>> chains = new TreeMap<>();
    for (RestoredCheckpoint.Chain chain : checkpoint.chains()) {
      chains.computeIfAbsent(chain.step(), any -> new ArrayList<>()).add(chain);
    }
    List<StageContents> stages = new ArrayList<>();
    for (Map.Entry<String, List<RestoredCheckpoint.Chain>> stage : chains.entrySet()) {
      String step = stage.getKey();
      stages.add(
          stage(
              step,
              kinds.getOrDefault(step, "unknown"),
              before == null ? null : before.getOrDefault(step, 0L),
              checkpoint,
              stage.getValue()));
    }
    return new StateReport(newest.file(), oldest == null ? null : oldest.file(), stages);
  }

  /** The kind of each step by its name. */
  private static Map<String, String> kinds(RestoredCheckpoint checkpoint) {
    Map<String, String> kinds = new HashMap<>();
    try {
      for (StepEntry step : PlanFingerprint.parse(PlanIdentity.stored(checkpoint)).entries()) {
        kinds.put(step.name(), step.kind());
      }
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          "What the checkpoint in "
              + checkpoint.location()
              + " says of its pipeline cannot be read: "
              + e.getMessage(),
          e);
    }
    return kinds;
  }

  private static RestoredCheckpoint checkpoint(CheckpointInventory.Found found) {
    return found.content().orElseThrow().checkpoint().orElseThrow();
  }

  private static StateCount count(RestoredCheckpoint checkpoint, RestoredCheckpoint.Chain chain)
      throws IOException {
    StateCount count = new StateCount();
    try {
      checkpoint.read(chain, new KeyGroupRange(0, checkpoint.header().keyGroups()), count);
    } catch (MalformedEntryException e) {
      throw malformed(checkpoint, chain, e);
    }
    return count;
  }

  private static CheckpointException malformed(
      RestoredCheckpoint checkpoint, RestoredCheckpoint.Chain chain, MalformedEntryException e) {
    return new CheckpointException(
        "What the step "
            + chain.step()
            + " keeps in partition "
            + chain.partition()
            + " of the checkpoint in "
            + checkpoint.location()
            + " cannot be read: "
            + e.getMessage(),
        e);
  }

  private static Map<String, Long> keys(RestoredCheckpoint checkpoint) throws IOException {
    Map<String, Long> keys = new HashMap<>();
    for (RestoredCheckpoint.Chain chain : checkpoint.chains()) {
      keys.merge(chain.step(), count(checkpoint, chain).keys(), Long::sum);
    }
    return keys;
  }

  private static StageContents stage(
      String step,
      String kind,
      @Nullable Long keysBefore,
      RestoredCheckpoint checkpoint,
      List<RestoredCheckpoint.Chain> chains)
      throws IOException {
    long keys = 0;
    Long input = null;
    Long output = null;
    List<PartitionReport> partitions = new ArrayList<>();
    for (RestoredCheckpoint.Chain chain : chains) {
      StateCount count = count(checkpoint, chain);
      try {
        PartitionReport partition = partition(kind, chain, count);
        partitions.add(partition);
        keys += partition.keys();
        for (StateEntry entry : count.entries(StateEntry.Kind.TIMES)) {
          TimesEntry times = TimesEntry.parse(entry);
          long sent = times.sent().watermark();
          input = input == null ? times.input() : Math.min(input, times.input());
          output = output == null ? sent : Math.min(output, sent);
        }
      } catch (MalformedEntryException e) {
        throw malformed(checkpoint, chain, e);
      }
    }
    return new StageContents(
        step,
        kind,
        keys,
        keysBefore,
        input == null ? null : EventTime.describe(input),
        output == null ? null : EventTime.describe(output),
        partitions);
  }

  private static PartitionReport partition(
      String kind, RestoredCheckpoint.Chain chain, StateCount count)
      throws MalformedEntryException {
    Map<Integer, SplitReport> splits = new TreeMap<>();
    for (StateEntry entry : count.entries(StateEntry.Kind.SPLIT)) {
      int split = SplitEntry.parse(entry).split();
      splits.put(split, split(split, StoredPosition.parse(kind, entry)));
    }
    return new PartitionReport(
        chain.partition(),
        chain.pieces(),
        chain.bytes(),
        chain.entries(),
        count.keys(),
        count.count(StateEntry.Kind.CELL) + count.count(StateEntry.Kind.HOLD),
        count.count(StateEntry.Kind.TIMER),
        count.count(StateEntry.Kind.GROUP) + count.count(StateEntry.Kind.TRIGGERED_GROUP),
        count.byNamespace(StateEntry.Kind.WITHHELD),
        count.byNamespace(StateEntry.Kind.VIEW),
        count.count(StateEntry.Kind.RECORD_ID),
        List.copyOf(splits.values()));
  }

  private static SplitReport split(int index, StoredPosition position) {
    if (position instanceof StoredPosition.Bounded bounded) {
      return bounded.done()
          ? new SplitReport(index, "done", true, null, null, null)
          : new SplitReport(
              index, bounded.records() + " records read", false, bounded.records(), null, null);
    } else if (position instanceof StoredPosition.Unbounded unbounded) {
      String watermark = EventTime.describe(unbounded.watermark());
      return unbounded.done()
          ? new SplitReport(index, "done", true, null, null, watermark)
          : new SplitReport(
              index,
              "a mark of " + unbounded.mark().length + " bytes, watermark " + watermark,
              false,
              null,
              unbounded.mark().length,
              watermark);
    } else if (position instanceof StoredPosition.Script script) {
      String watermark = EventTime.describe(script.watermark());
      return new SplitReport(
          index,
          script.events() + " events played, watermark " + watermark,
          script.watermark() >= EventTime.MAX,
          null,
          null,
          watermark);
    } else if (position instanceof StoredPosition.Unknown unknown) {
      String words = unknown.bytes() + " bytes of a kind that is not known";
      return new SplitReport(index, words, false, null, null, null);
    }
    return new SplitReport(index, "done", true, null, null, null); // an Impulse that was sent
  }
}
