package dev.microbatch.runner.tool;

import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What there is to say about a checkpoint directory. Its JSON form has the names that are here;
 * times are ISO-8601, {@code "start of time"} or {@code "end of time"}.
 *
 * @param directory the directory
 * @param bytes the size of all files together
 * @param unnamedFiles how many data files no readable manifest names
 * @param unnamedBytes the size of these
 * @param manifests every manifest, newest first
 * @param newest the state of the newest one that is whole; null if none is
 */
record CheckpointReport(
    String directory,
    long bytes,
    int unnamedFiles,
    long unnamedBytes,
    List<ManifestReport> manifests,
    @Nullable StateReport newest) {

  /**
   * A manifest.
   *
   * @param file its file
   * @param epoch the number of the run that wrote it
   * @param commit the number of its commit
   * @param writer who wrote it
   * @param written when, if the filesystem knows
   * @param whole whether a pipeline can resume from it
   * @param problem why not
   * @param said what it says; null if it cannot be read
   */
  record ManifestReport(
      String file,
      long epoch,
      long commit,
      String writer,
      @Nullable String written,
      boolean whole,
      @Nullable String problem,
      @Nullable ContentReport said) {}

  /**
   * What a manifest says.
   *
   * @param pipeline the name of the pipeline
   * @param end RUNNING, DONE or DRAINED
   * @param parent the manifest that it continues
   * @param sequence how many commits the pipeline has made
   * @param processingTime the processing time of its batch
   * @param parallelism the number of partitions
   * @param keyGroups the number of key groups
   */
  record ContentReport(
      String pipeline,
      String end,
      @Nullable String parent,
      long sequence,
      String processingTime,
      int parallelism,
      int keyGroups) {}

  /**
   * The state that a pipeline would resume from.
   *
   * @param file the manifest
   * @param comparedWith the oldest manifest that is whole and older; null if there is none
   * @param stages the stages that keep something, by the names of their first steps
   */
  record StateReport(String file, @Nullable String comparedWith, List<StageContents> stages) {}

  /**
   * A stage.
   *
   * @param step the name of its first step
   * @param kind what kind of step that is
   * @param keys how many keys have state
   * @param keysBefore how many had in the manifest that is compared with; null if there is none
   * @param inputWatermark the earliest of its partitions
   * @param outputWatermark the earliest of its partitions
   * @param partitions its partitions that keep something
   */
  record StageContents(
      String step,
      String kind,
      long keys,
      @Nullable Long keysBefore,
      @Nullable String inputWatermark,
      @Nullable String outputWatermark,
      List<PartitionReport> partitions) {}

  /**
   * A partition of a stage.
   *
   * @param partition its number
   * @param pieces in how many pieces its state is: a base and deltas
   * @param bytes the size of these, what was overwritten included
   * @param entries how many entries are in them, what was overwritten included
   * @param keys how many keys have anything
   * @param cells how many cells hold something, the cells that hold the watermark included
   * @param timers how many timers are set
   * @param groups how many keys are gathered, in windows that fire once
   * @param withheld how many records wait, by what for
   * @param views how many panes of side inputs, by view
   * @param recordIds how many ids of records are remembered
   * @param splits how far sources have been read
   */
  record PartitionReport(
      int partition,
      int pieces,
      long bytes,
      long entries,
      long keys,
      long cells,
      long timers,
      long groups,
      Map<String, Long> withheld,
      Map<String, Long> views,
      long recordIds,
      List<SplitReport> splits) {}

  /**
   * A split of a source.
   *
   * @param split its index
   * @param position how far it was read, in words
   * @param done whether it is at its end
   * @param records how many records were read of a bounded split, if that is stored
   * @param markBytes the length of the mark of an unbounded split, if there is one
   * @param watermark its watermark, if it has one of its own
   */
  record SplitReport(
      int split,
      String position,
      boolean done,
      @Nullable Long records,
      @Nullable Integer markBytes,
      @Nullable String watermark) {}
}
