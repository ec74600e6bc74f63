package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.Times;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MicroBatchLoopTest {

  private final VirtualClock clock = new VirtualClock();
  private final LoopControl control = new LoopControl();
  private final List<BatchSummary> summaries = new ArrayList<>();
  private final List<LoopEnd> ends = new ArrayList<>();

  private final LoopListener listener =
      new LoopListener() {
        @Override
        public void batch(BatchSummary batch) {
          summaries.add(batch);
        }

        @Override
        public void ended(LoopEnd end) {
          ends.add(end);
        }
      };

  @Test
  void listenersAreToldOfEveryBatchAndOfTheEnd() {
    StubEngine engine =
        new StubEngine(
            List.of(source(EventTime.MIN, true, 0)),
            header -> {
              clock.pass(2);
              return List.of(
                  header.number() == 1
                      ? source(5, true, 3)
                      : source(EventTime.MAX, false, header.number() == 2 ? 1 : 0));
            });

    loop(engine).run(null);

    assertThat(summaries.stream().map(BatchSummary::number).toList(), contains(1L, 2L, 3L));
    assertThat(told(s -> s.status().records()), contains(3L, 1L, 0L));
    assertThat(told(s -> s.status().watermark()), contains(5L, EventTime.MAX, EventTime.MAX));
    assertThat(told(s -> s.phases().ran()), contains(2_000_000L, 2_000_000L, 2_000_000L));
    assertThat(told(s -> s.commit().captured()), contains(false, false, true));
    assertThat(ends, contains(new LoopEnd(PlanExecution.End.DONE, false, 3)));
  }

  @Test
  void aSummarySaysWhatBoundsTheBatchUntilACommitIsDurable() {
    BatchSummary.Retries after = new BatchSummary.Retries(2, 4);
    StubEngine engine =
        new StubEngine(
            List.of(source(EventTime.MIN, true, 0)),
            header -> {
              clock.pass(600);
              return List.of(
                  source(header.number() == 4 ? EventTime.MAX : 5, header.number() < 4, 1));
            });
    MicroBatchLoop loop = loop(engine);
    loop.limitRecords(after, () -> {});

    loop.run(null);

    assertThat(engine.headers.get(0).shares().of(0, 0), is(4L));
    assertThat(
        told(BatchSummary::retries).subList(0, 3),
        contains(after, after, BatchSummary.Retries.NONE));
  }

  private <T> List<T> told(Function<BatchSummary, T> figure) {
    return summaries.stream().map(figure).toList();
  }

  private MicroBatchLoop loop(StubEngine engine) {
    Stage stage =
        new Stage(
            0,
            "Read",
            List.of(new Step("Read", new StepSpec.Impulse(), List.of())),
            List.of(),
            Map.of(),
            List.of());
    return new MicroBatchLoop(
        new Plan("test", List.of(stage), List.of(), 16),
        new LoopOptions(1, 0, -1, -1, 1_000, 0, Enforcement.NONE, LoopOptions.Restarts.NONE),
        engine,
        Committer.inMemory(),
        new PipelineMetrics(),
        control,
        List.of(listener),
        new ReadBudget(),
        clock,
        null);
  }

  private static StageReport source(long watermark, boolean hasMore, long records) {
    return new StageReport(
        0,
        0,
        new Times(watermark, 0),
        Long.MAX_VALUE,
        hasMore,
        watermark >= EventTime.MAX,
        0,
        records,
        0,
        false,
        false,
        EventTime.MAX);
  }
}
