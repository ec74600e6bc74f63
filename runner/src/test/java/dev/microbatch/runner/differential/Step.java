package dev.microbatch.runner.differential;

import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A part of a random pipeline: one Beam transform, or a few that belong together. All have the same
 * type of input and output, so that any may follow any.
 *
 * <p>Implementations are records, so that a failure can print them.
 */
interface Step extends Serializable {

  /** How many inputs it takes. */
  default int inputs() {
    return 1;
  }

  /**
   * What is known about its output, or null if it cannot be applied to these inputs or would not
   * give determined results.
   *
   * @param inputs what is known about each input; determined
   */
  @Nullable Traits traits(List<Traits> inputs);

  /** Adds it to a pipeline. */
  PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs);
}
