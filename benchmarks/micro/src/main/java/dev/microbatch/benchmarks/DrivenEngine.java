package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.idle.Quiet;
import dev.microbatch.benchmarks.idle.QuietSource;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EmbeddedEngineProvider;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.EngineProvider;
import dev.microbatch.executor.engine.EngineServices;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.MicroBatchRunner;
import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.TranslationOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** An engine without a loop, with a plan of two stages whose source has nothing. */
final class DrivenEngine implements AutoCloseable {

  private final Plan plan;
  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
  private final EngineProvider provider = new EmbeddedEngineProvider();
  private final Engine engine;
  private final List<StageReport> reports;

  /**
   * Opens its stages.
   *
   * @param parallelism how many partitions a stage has
   */
  DrivenEngine(int parallelism) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(MicroBatchRunner.class);
    this.plan =
        PipelineTranslator.translate(
            Quiet.STANDING.pipeline(options),
            new TranslationOptions("driven", 128, parallelism, true));
    StageSettings settings =
        new StageSettings(
            new SerializablePipelineOptions(PipelineOptionsFactory.create()),
            parallelism,
            Map.of(0, List.of(new QuietSource(0, false))),
            Enforcement.NONE,
            StateBackend.HEAP,
            false,
            0,
            false);
    this.engine =
        provider.create(
            plan,
            settings,
            new EngineServices(Clock.system(), timeLimits, () -> false, null),
            null);
    this.reports = engine.start(null).reports();
  }

  Plan plan() {
    return plan;
  }

  /** Where the stages stood when they were open. */
  List<StageReport> reports() {
    return reports;
  }

  /** Runs a batch. */
  void run(BatchHeader header) {
    engine.run(header, null);
  }

  @Override
  public void close() {
    try (provider) {
      engine.close();
    } finally {
      timeLimits.shutdownNow();
    }
  }
}
