package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The outputs of a DoFn, by tag. Each receiver is made once and then reused for every element.
 *
 * <p>A receiver can be had for any tag; outputting to one that the step does not have fails. So a
 * DoFn may ask for outputs that a pipeline did not declare, as long as it does not use them.
 */
final class DoFnOutputs implements MultiOutputReceiver {

  private final CurrentElement current;
  private final TimestampCheck check;
  private final Map<String, Receiver> targets;
  private final Map<TupleTag<?>, Coder<?>> coders;
  private final TupleTag<?> mainTag;
  private final ElementReceiver<Object> main;
  private final Map<String, ElementReceiver<Object>> byTag = new HashMap<>();
  private final Map<String, ElementReceiver<Row>> rowsByTag = new HashMap<>();
  private @Nullable TupleTag<?> lastTag;
  private @Nullable ElementReceiver<Object> last;

  /**
   * Creates the outputs of a step.
   *
   * @param spec names the outputs and their coders
   * @param targets where each output goes, by the id of its tag
   * @param current the element being processed
   * @param check the bounds of output timestamps
   */
  DoFnOutputs(
      StepSpec.ParDo spec,
      Map<String, Receiver> targets,
      CurrentElement current,
      TimestampCheck check) {
    this.current = current;
    this.check = check;
    this.targets = Map.copyOf(targets);
    this.coders = spec.outputCoders();
    this.mainTag = spec.mainOutput();
    this.main = receiver(mainTag);
  }

  /** The main output. */
  ElementReceiver<Object> main() {
    return main;
  }

  /** The main output, taking rows. */
  OutputReceiver<Row> mainRows() {
    return getRowReceiver(mainTag);
  }

  /** Where an output goes, for values that do not come from an element. */
  Receiver target(TupleTag<?> tag) {
    Receiver target =
        targets.get(Objects.requireNonNull(tag, "The tag of an output is null").getId());
    if (target == null) {
      throw unknown(tag);
    }
    return target;
  }

  /** Where the main output goes, for values that do not come from an element. */
  Receiver mainTarget() {
    return target(mainTag);
  }

  @Override
  @SuppressWarnings("unchecked") // Which type a tag has, the user says.
  public <T> ElementReceiver<T> get(TupleTag<T> tag) {
    return (ElementReceiver<T>) receiver(tag);
  }

  @Override
  public <T> OutputReceiver<Row> getRowReceiver(TupleTag<T> tag) {
    Objects.requireNonNull(tag, "The tag of an output is null");
    return rowsByTag.computeIfAbsent(
        tag.getId(),
        id -> {
          SerializableFunction<Row, Object> fromRow = fromRow(tag);
          Receiver target = targetOrRefuse(tag);
          return new ElementReceiver<>(
              current, check, (row, meta) -> target.process(fromRow.apply((Row) row), meta));
        });
  }

  @SuppressWarnings("ReferenceEquality") // A shortcut: user code names a tag by the same field.
  private ElementReceiver<Object> receiver(TupleTag<?> tag) {
    ElementReceiver<Object> known = last;
    if (tag == lastTag && known != null) {
      return known;
    }
    ElementReceiver<Object> receiver =
        byTag.computeIfAbsent(
            Objects.requireNonNull(tag, "The tag of an output is null").getId(),
            id -> new ElementReceiver<>(current, check, targetOrRefuse(tag)));
    lastTag = tag;
    last = receiver;
    return receiver;
  }

  private Receiver targetOrRefuse(TupleTag<?> tag) {
    Receiver target = targets.get(tag.getId());
    return target != null
        ? target
        : (value, meta) -> {
          throw unknown(tag);
        };
  }

  @SuppressWarnings("unchecked") // The coder says how its own type is made of a row.
  private SerializableFunction<Row, Object> fromRow(TupleTag<?> tag) {
    Coder<?> coder = coders.get(tag);
    if (coder instanceof SchemaCoder<?> schemaCoder) {
      return (SerializableFunction<Row, Object>)
          (SerializableFunction<Row, ?>) schemaCoder.getFromRowFunction();
    }
    throw new IllegalStateException(
        "Output "
            + tag.getId()
            + " takes no rows: "
            + (coder == null ? "it is not declared" : "its coder has no schema: " + coder));
  }

  private IllegalArgumentException unknown(TupleTag<?> tag) {
    return new IllegalArgumentException(
        "Unknown output tag " + tag.getId() + "; the step has " + targets.keySet());
  }
}
