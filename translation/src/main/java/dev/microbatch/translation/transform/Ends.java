package dev.microbatch.translation.transform;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.util.construction.TransformInputs;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;

/** The PCollections at the ends of a transform. */
final class Ends {

  private Ends() {}

  /** The main inputs. */
  static List<PCollection<?>> inputs(AppliedPTransform<?, ?, ?> applied) {
    List<PCollection<?>> inputs = new ArrayList<>();
    for (PValue input : TransformInputs.nonAdditionalInputs(applied)) {
      inputs.add((PCollection<?>) input);
    }
    return inputs;
  }

  /** The only main input. */
  static PCollection<?> input(AppliedPTransform<?, ?, ?> applied) {
    return only(applied, "input", inputs(applied));
  }

  /** The only output. */
  static PCollection<?> output(AppliedPTransform<?, ?, ?> applied) {
    return only(applied, "output", List.copyOf(applied.getOutputs().values()));
  }

  /** The coder of a PCollection of keys and values. */
  static KvCoder<?, ?> kvCoder(AppliedPTransform<?, ?, ?> applied, PCollection<?> collection) {
    if (collection.getCoder() instanceof KvCoder<?, ?> coder) {
      return coder;
    }
    throw new IllegalArgumentException(
        "Step "
            + applied.getFullName()
            + " works by key, so the coder of "
            + collection.getName()
            + " must be a KvCoder, not "
            + collection.getCoder());
  }

  private static PCollection<?> only(
      AppliedPTransform<?, ?, ?> applied, String what, List<PCollection<?>> all) {
    if (all.size() != 1) {
      throw new IllegalArgumentException(
          "Step " + applied.getFullName() + " must have one " + what + ", not " + all);
    }
    return all.get(0);
  }
}
