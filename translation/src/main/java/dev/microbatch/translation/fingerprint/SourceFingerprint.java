package dev.microbatch.translation.fingerprint;

import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.translation.graph.StepNames;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.display.HasDisplayData;
import org.apache.beam.sdk.util.SerializableUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says by what a source is known across restarts: a hash of each item that the read shows of
 * itself, and one of the serialized source.
 *
 * <p>A read is what the user has applied, so all composites around the primitive count that have no
 * input of their own, from the outermost inwards. An item that an outer one has shown already is
 * left out. A splittable DoFn, which may read what its input names, counts by itself. The elements
 * of a {@code Create} are what it shows, unless a transform of Beam's is around it, which then
 * shows what it creates them from.
 *
 * <p>Not thread-safe.
 */
public final class SourceFingerprint {

  private static final Logger LOG = LoggerFactory.getLogger(SourceFingerprint.class);

  private final Clock clock;

  /**
   * Creates one for a pipeline that is built now.
   *
   * @param clock tells what shown times are nothing but the time of the start
   */
  public SourceFingerprint(Clock clock) {
    this.clock = clock;
  }

  /**
   * The identity of a step, if it reads.
   *
   * @param node the transform that the step was made of
   * @param step the name of the step
   * @param spec what it does
   */
  public Optional<SourceIdentity> of(Node node, String step, StepSpec spec) {
    if (spec instanceof StepSpec.BoundedRead read) {
      return Optional.of(of(node, step, read.source()));
    } else if (spec instanceof StepSpec.UnboundedRead read) {
      return Optional.of(of(node, step, read.source()));
    } else if (spec instanceof StepSpec.Impulse) {
      return Optional.of(new SourceIdentity(read(node, step), ""));
    } else if (spec instanceof StepSpec.SplittableProcess process) {
      ShownItems items = new ShownItems(step, clock.millis());
      show(process.parDo().fn(), step, items);
      return Optional.of(new SourceIdentity(items.hashes(), ""));
    }
    return Optional.empty();
  }

  private SourceIdentity of(Node node, String step, Serializable source) {
    return new SourceIdentity(
        read(node, step), Hashes.half(step, "", SerializableUtils.serializeToByteArray(source)));
  }

  private TreeMap<String, String> read(Node node, String step) {
    Deque<Node> around = new ArrayDeque<>();
    for (Node one = node; one != null && !one.isRootNode(); one = one.getEnclosingNode()) {
      around.push(one);
    }
    ShownItems items = new ShownItems(step, clock.millis());
    for (Node one : around) {
      PTransform<?, ?> transform = one.getTransform();
      if (transform != null && one.getInputs().isEmpty()) {
        show(transform, one.getFullName(), items);
      }
    }
    CreatedValues.of(around).ifPresent(values -> items.add("values", values));
    return items.hashes();
  }

  private static void show(HasDisplayData component, String name, ShownItems items) {
    DisplayData shown;
    try {
      shown = DisplayData.from(component);
    } catch (RuntimeException e) {
      LOG.warn("{} cannot be shown, so a change of it will not be noticed", name, e);
      return;
    }
    items.add(StepNames.withoutAddresses(name), shown);
  }
}
