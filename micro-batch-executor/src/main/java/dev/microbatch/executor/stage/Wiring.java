package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.enforce.StepChecks;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.OperatorContext;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.operator.Receivers;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.metrics.MetricsContainer;

/**
 * The operators of one stage in one partition, each connected to those that take its outputs, and
 * the writers by which records leave.
 */
final class Wiring {

  private final Plan plan;
  private final int partition;
  private final StageEnvironment environment;
  private final BlockSink sink;
  private final Operator[] operators;
  private final List<ExchangeWriter> writers = new ArrayList<>();
  private final ElementCounts counts;
  private final SentCounts sent;

  /**
   * Builds and connects the operators, the last first.
   *
   * @param plan the plan
   * @param stage the stage of the plan
   * @param partition the partition
   * @param environment what the engine gives
   * @param sink takes the blocks that are written
   * @param shared what the operators share
   * @param metrics where they count
   * @param finalizers takes what they want to be called after a commit
   */
  Wiring(
      Plan plan,
      Stage stage,
      int partition,
      StageEnvironment environment,
      BlockSink sink,
      Operators.Shared shared,
      StageMetrics metrics,
      Finalizers finalizers) {
    this.plan = plan;
    this.partition = partition;
    this.environment = environment;
    this.sink = sink;
    this.operators = new Operator[stage.steps().size()];
    this.counts = new ElementCounts(metrics);
    for (int i = operators.length - 1; i >= 0; i--) {
      Step step = stage.steps().get(i);
      StepChecks checks = new StepChecks(environment.enforcement(), step);
      Map<String, Receiver> outputs = new HashMap<>();
      for (Output output : step.outputs()) {
        if (step.spec().isSource()) {
          counts.ofSource(step, output);
        }
        outputs.put(output.tag(), checks.around(output, receiver(step, output)));
      }
      MetricsContainer container = metrics.of(step.name());
      OperatorContext context =
          new OperatorContext(
              step.name(),
              environment.options(),
              container,
              environment.clock(),
              finalizers.of(step.name(), container));
      operators[i] =
          step.spec().isSource()
              ? checks.around(outputs.get(Output.MAIN)::process)
              : environment
                  .operators()
                  .create(step.spec(), context, outputs, shared, checks::around);
    }
    this.sent = new SentCounts(writers);
  }

  private Receiver receiver(Step step, Output output) {
    List<Receiver> targets = new ArrayList<>();
    for (Target target : output.targets()) {
      if (target instanceof Target.ToStep next) {
        targets.add(operators[next.index()]);
      } else if (target instanceof Target.ToExchange to) {
        targets.add(writer(step, output, plan.exchanges().get(to.exchange())));
      }
    }
    return Receivers.of(targets);
  }

  private ExchangeWriter writer(Step step, Output output, Exchange exchange) {
    ExchangeWriter writer =
        ExchangeWriter.of(exchange, partition, environment.parallelism(), plan.keyGroups(), sink);
    writers.add(writer);
    if (exchange.viewId() == null) {
      counts.ofWriter(step, output, writer);
    }
    return writer;
  }

  /** One operator per step, in the order of the stage. That of a source takes what it reads. */
  Operator[] operators() {
    return operators;
  }

  /** Counts the elements of outputs. */
  ElementCounts counts() {
    return counts;
  }

  /** Counts what is handed over to exchanges. */
  SentCounts sent() {
    return sent;
  }

  /** Hands over everything that was written. */
  void flush() {
    writers.forEach(ExchangeWriter::flush);
    counts.addWritten();
  }
}
