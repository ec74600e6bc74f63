package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;

/**
 * One output of a step.
 *
 * @param tag the id of its {@code TupleTag}; {@link #MAIN} where a step has one output only
 * @param name the PCollection, for people
 * @param coder the coder of its values
 * @param targets who takes it; empty if nobody does
 */
public record Output(String tag, String name, Coder<?> coder, List<Target> targets)
    implements Serializable {

  /** The tag of the only output of a step. */
  public static final String MAIN = "out";

  /** Copies the targets. */
  public Output {
    targets = List.copyOf(targets);
  }
}
