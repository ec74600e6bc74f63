package dev.microbatch.runner.differential;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TimestampedValue;

/**
 * A pipeline as data: nodes 0, 1, ... are inputs, the following ones apply steps to earlier nodes.
 *
 * @param inputs the records of each input
 * @param nodes what follows them
 */
record RandomPipeline(List<List<Element>> inputs, List<Node> nodes) {

  private static final KvCoder<String, Long> CODER =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());

  /**
   * A step in its place.
   *
   * @param step the step
   * @param inputs the nodes whose output it takes
   * @param observed whether its output is compared
   */
  record Node(Step step, List<Integer> inputs, boolean observed) {

    @Override
    public String toString() {
      return step + " of " + inputs + (observed ? ", observed" : "");
    }
  }

  RandomPipeline {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
  }

  /** What is known about the output of each node; null where a step cannot be applied. */
  List<Traits> traits() {
    List<Traits> traits = new ArrayList<>();
    for (List<Element> input : inputs) {
      traits.add(Traits.ofInput(input.size()));
    }
    for (Node node : nodes) {
      List<Traits> of = new ArrayList<>();
      for (int input : node.inputs()) {
        Traits known = traits.get(input);
        of.add(known == null || !known.isDetermined() ? null : known);
      }
      traits.add(of.contains(null) ? null : node.step().traits(of));
    }
    return traits;
  }

  /** The nodes whose output is compared: those that say so, and those that nobody else takes. */
  Set<Integer> observed() {
    Set<Integer> observed = new HashSet<>();
    Set<Integer> taken = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      int id = inputs.size() + i;
      if (node.observed() || !taken.contains(id)) {
        observed.add(id);
      }
      taken.addAll(node.inputs());
    }
    return observed;
  }

  /**
   * Builds the pipeline.
   *
   * @param pipeline takes it
   * @param run takes what is observed
   */
  void build(Pipeline pipeline, String run) {
    List<PCollection<KV<String, Long>>> outputs = new ArrayList<>();
    for (List<Element> input : inputs) {
      outputs.add(pipeline.apply("input" + outputs.size(), create(input)));
    }
    Set<Integer> observed = observed();
    for (Node node : nodes) {
      int id = outputs.size();
      PCollectionList<KV<String, Long>> taken = PCollectionList.empty(pipeline);
      for (int input : node.inputs()) {
        taken = taken.and(outputs.get(input));
      }
      PCollection<KV<String, Long>> output =
          taken.apply("node" + id, new StepTransform(node.step())).setCoder(CODER);
      outputs.add(output);
      if (observed.contains(id)) {
        output.apply("observe" + id, ParDo.of(new Observation.ObserveFn(run, id)));
      }
    }
  }

  private static PTransform<PBegin, PCollection<KV<String, Long>>> create(List<Element> input) {
    List<TimestampedValue<KV<String, Long>>> values = new ArrayList<>();
    for (Element element : input) {
      values.add(
          TimestampedValue.of(
              KV.of(element.key(), element.value()),
              org.joda.time.Instant.ofEpochMilli(element.timestamp())));
    }
    return Create.timestamped(values).withCoder(CODER);
  }

  /** One step as a transform of its own, so that names inside need not be unique. */
  private static final class StepTransform
      extends PTransform<PCollectionList<KV<String, Long>>, PCollection<KV<String, Long>>> {
    private static final long serialVersionUID = 1L;
    private final Step step;

    StepTransform(Step step) {
      this.step = step;
    }

    @Override
    public PCollection<KV<String, Long>> expand(PCollectionList<KV<String, Long>> inputs) {
      return step.apply(inputs.getAll());
    }
  }

  /** The pipeline for people. */
  String describe() {
    StringBuilder text = new StringBuilder();
    int id = 0;
    for (List<Element> input : inputs) {
      text.append("  ").append(id++).append(": input ").append(input).append('\n');
    }
    for (Node node : nodes) {
      text.append("  ").append(id++).append(": ").append(node).append('\n');
    }
    return text.toString();
  }
}
