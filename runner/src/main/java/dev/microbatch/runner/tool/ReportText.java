package dev.microbatch.runner.tool;

import dev.microbatch.runner.tool.CheckpointReport.ContentReport;
import dev.microbatch.runner.tool.CheckpointReport.ManifestReport;
import dev.microbatch.runner.tool.CheckpointReport.PartitionReport;
import dev.microbatch.runner.tool.CheckpointReport.SplitReport;
import dev.microbatch.runner.tool.CheckpointReport.StageContents;
import dev.microbatch.runner.tool.CheckpointReport.StateReport;
import java.util.Locale;

/** A report in words, for a terminal. */
final class ReportText {

  private final StringBuilder text = new StringBuilder();

  private ReportText() {}

  static String of(CheckpointReport report) {
    ReportText text = new ReportText();
    text.line("%s: %,d bytes in all", report.directory(), report.bytes());
    if (report.unnamedFiles() > 0) {
      text.line(
          "%,d data files with %,d bytes are named by no readable manifest",
          report.unnamedFiles(), report.unnamedBytes());
    }
    text.line("");
    report.manifests().forEach(text::manifest);
    if (report.newest() != null) {
      text.line("");
      text.state(report.newest());
    }
    return text.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void manifest(ManifestReport manifest) {
    line(
        "epoch %d, commit %d: %s",
        manifest.epoch(),
        manifest.commit(),
        manifest.whole() ? "whole" : "BROKEN: " + manifest.problem());
    line("  file %s, writer %s", manifest.file(), manifest.writer());
    if (manifest.written() != null) {
      line("  written %s", manifest.written());
    }
    ContentReport said = manifest.said();
    if (said != null) {
      line(
          "  %s, %s, commit %d of the pipeline, parallelism %d, %d key groups",
          said.pipeline(), said.end(), said.sequence(), said.parallelism(), said.keyGroups());
      line("  processing time %s", said.processingTime());
      line("  parent %s", said.parent() == null ? "none" : said.parent());
    }
  }

  private void state(StateReport state) {
    line("State of %s", state.file());
    if (state.comparedWith() != null) {
      line("compared with %s", state.comparedWith());
    }
    state.stages().forEach(this::stage);
  }

  private void stage(StageContents stage) {
    line("");
    line("%s (%s)", stage.step(), stage.kind());
    Long before = stage.keysBefore();
    line(
        "  keys %,d%s",
        stage.keys(), before == null ? "" : String.format(Locale.ROOT, ", before %,d", before));
    if (stage.inputWatermark() != null) {
      line("  watermarks: input %s, output %s", stage.inputWatermark(), stage.outputWatermark());
    }
    stage.partitions().forEach(this::partition);
  }

  private void partition(PartitionReport partition) {
    line(
        "  partition %d: pieces %d, bytes %,d, entries %,d, keys %,d, cells %,d, timers %,d,"
            + " groups %,d",
        partition.partition(),
        partition.pieces(),
        partition.bytes(),
        partition.entries(),
        partition.keys(),
        partition.cells(),
        partition.timers(),
        partition.groups());
    partition.withheld().forEach((why, n) -> line("    withheld for %s: %,d records", why, n));
    partition.views().forEach((view, n) -> line("    side input %s: %,d panes", view, n));
    if (partition.recordIds() > 0) {
      line("    ids of %,d records", partition.recordIds());
    }
    for (SplitReport split : partition.splits()) {
      line("    split %d: %s", split.split(), split.position());
    }
  }
}
