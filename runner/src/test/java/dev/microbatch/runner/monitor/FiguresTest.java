package dev.microbatch.runner.monitor;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.microbatch.executor.batch.BatchSummary;
import dev.microbatch.executor.batch.LoopListener;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.Event;
import dev.microbatch.executor.monitor.Totals;
import dev.microbatch.executor.monitor.Work;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskFigures;
import dev.microbatch.executor.state.StateSize;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.ImpatientClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class FiguresTest {

  private static final long RECORDS = 20_000;

  /** What {@link Pass} does with each element. */
  private static volatile Runnable passing = () -> {};

  private static final class Pass extends DoFn<Long, Long> {
    @ProcessElement
    public void process(@Element Long in, OutputReceiver<Long> out) {
      passing.run();
      out.output(in);
    }
  }

  private static final class Weigh extends DoFn<Long, KV<Long, Long>> {
    private final PCollectionView<Long> all;

    Weigh(PCollectionView<Long> all) {
      this.all = all;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(KV.of(c.element() % 100, c.sideInput(all)));
    }
  }

  private static Pipeline shuffling() {
    passing = () -> {};
    Pipeline pipeline = Pipeline.create();
    PCollection<Long> numbers =
        pipeline.apply("Numbers", GenerateSequence.from(0).to(RECORDS)).apply(ParDo.of(new Pass()));
    PCollectionView<Long> all = numbers.apply(Count.globally()).apply("All", View.asSingleton());
    numbers
        .apply(Reshuffle.viaRandomKey())
        .apply(ParDo.of(new Weigh(all)).withSideInputs(all))
        .apply(GroupByKey.create())
        .apply("Count", Count.globally());
    return pipeline;
  }

  private static void assertWhatComesInIsWhatWasSent(Plan plan, Totals totals) {
    long all = 0;
    for (Stage stage : plan.stages()) {
      if (!stage.isSource()) {
        long sent = stage.mainInputs().stream().mapToLong(totals::sent).sum();
        assertThat(stage.name(), totals.stage(stage.id()).recordsIn(), is(sent));
        all += sent;
      }
    }
    assertThat("records cross several exchanges", all, is(greaterThan(2 * RECORDS)));
  }

  private static long read(Plan plan, Totals totals) {
    return plan.stages().stream()
        .filter(Stage::isSource)
        .mapToLong(stage -> totals.stage(stage.id()).recordsIn())
        .sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void recordsThatComeInAreThoseThatTheStagesBeforeHaveSent(int parallelism) {
    Watched watched = new Watched(shuffling());
    PlanExecution execution = watched.start(parallelism, null, new ImpatientClock());

    execution.run();

    Totals totals = execution.monitor().snapshot().done().totals();
    assertWhatComesInIsWhatWasSent(watched.plan(), totals);
    assertThat(read(watched.plan(), totals), is(greaterThanOrEqualTo(RECORDS)));
  }

  @Test
  void sumsHoldThroughRestoresAtOtherParallelisms() {
    Watched watched = new Watched(shuffling());
    Succession epochs =
        (before, done) ->
            done
                ? Optional.empty()
                : Optional.of(before.withParallelism(before.parallelism() % 5 + 1));
    PlanExecution execution =
        watched.start(2, new MemoryStore(), new ImpatientClock(), 1_000, 1_000, epochs);

    execution.run();

    assertThat(execution.restores(), is(greaterThan(3)));
    Totals totals = execution.monitor().snapshot().done().totals();
    assertWhatComesInIsWhatWasSent(watched.plan(), totals);
    assertThat(totals.partitions(), is(5));
  }

  @Test
  void countersOfAPipelineThatGoesBackDoNotGoBack() {
    AtomicLong passed = new AtomicLong();
    AtomicBoolean failed = new AtomicBoolean();
    Pipeline pipeline = shuffling();
    passing =
        () -> {
          if (passed.incrementAndGet() > RECORDS / 2 && failed.compareAndSet(false, true)) {
            throw new IllegalStateException("once");
          }
        };
    Watched watched = new Watched(pipeline);
    PlanExecution execution =
        watched.start(2, new MemoryStore(), new ImpatientClock(), 1, 500, Succession.NONE);
    List<Long> told = new ArrayList<>();
    execution.addListener(
        (BatchSummary batch) ->
            told.add(read(watched.plan(), execution.monitor().snapshot().done().totals())));

    execution.run();

    assertThat(told.stream().sorted().toList(), is(told));
    assertThat(
        execution.monitor().events().stream().map(Event::kind).toList(), hasItem(Event.Kind.RETRY));
    Totals totals = execution.monitor().snapshot().done().totals();
    assertThat("what is done again counts", read(watched.plan(), totals) >= RECORDS, is(true));
    assertWhatComesInIsWhatWasSent(watched.plan(), totals);
  }

  @Test
  void countersBeginAtZeroWithTheProcess() {
    Watched watched = new Watched(shuffling());
    MemoryStore store = new MemoryStore();
    PlanExecution first = watched.start(2, store, new ImpatientClock(), 1, 500, Succession.NONE);
    first.addListener(
        (BatchSummary batch) -> {
          if (batch.number() == 5) {
            first.stop();
          }
        });
    assertThat(first.run(), is(PlanExecution.End.STOPPED));
    long before = read(watched.plan(), first.monitor().snapshot().done().totals());

    PlanExecution second = watched.start(2, store, new ImpatientClock());
    assertThat(second.run(), is(PlanExecution.End.DONE));

    long after = read(watched.plan(), second.monitor().snapshot().done().totals());
    assertThat(before, is(both(greaterThan(0L)).and(lessThan(RECORDS))));
    Watched whole = new Watched(shuffling());
    PlanExecution once = whole.start(2, null, new ImpatientClock());
    once.run();
    assertThat(before + after, is(read(whole.plan(), once.monitor().snapshot().done().totals())));
  }

  @Test
  void pipelinesInOneProcessCountForThemselves() throws InterruptedException {
    Watched watched = new Watched(shuffling());
    PlanExecution one = watched.start(2, null, new ImpatientClock());
    PlanExecution other = watched.start(1, null, new ImpatientClock());
    Thread thread = new Thread(one::run);
    thread.start();
    other.run();
    thread.join();

    long expected = read(watched.plan(), other.monitor().snapshot().done().totals());
    assertThat(read(watched.plan(), one.monitor().snapshot().done().totals()), is(expected));
    PlanExecution later = watched.start(2, null, new ImpatientClock());
    later.run();
    assertThat(read(watched.plan(), later.monitor().snapshot().done().totals()), is(expected));
  }

  /** Real time, and for each worker the first and the last time that it was asked in a batch. */
  private static final class WorkerWalls implements Clock, LoopListener {
    private final Map<Thread, long[]> seen = new ConcurrentHashMap<>();
    private boolean inBatch;
    private long wallNanos;

    @Override
    public long nanos() {
      long now = Clock.system().nanos();
      if (Thread.currentThread().getName().startsWith("microbatch-worker")) {
        seen.computeIfAbsent(Thread.currentThread(), thread -> new long[] {now, now})[1] = now;
      }
      return now;
    }

    @Override
    public long millis() {
      return Clock.system().millis();
    }

    @Override
    public void await(Condition condition, long millis) throws InterruptedException {
      Clock.system().await(condition, millis);
    }

    @Override
    public void works(long batch) {
      inBatch = batch > 0;
      seen.clear();
    }

    @Override
    public void worked() {
      if (inBatch) {
        seen.values().forEach(times -> wallNanos += times[1] - times[0]);
      }
    }

    @Override
    public void batch(BatchSummary batch) {}
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void timesAddUpToThoseOfTheWorkers(int parallelism) {
    WorkerWalls walls = new WorkerWalls();
    Watched watched = new Watched(shuffling());
    PlanExecution execution = watched.start(parallelism, null, walls);
    AtomicLong ran = new AtomicLong();
    execution.addListener(walls);
    execution.addListener((BatchSummary batch) -> ran.addAndGet(batch.phases().ran()));

    execution.run();

    Totals totals = execution.monitor().snapshot().done().totals();
    double sum = 0;
    for (Stage stage : watched.plan().stages()) {
      Work work = totals.stage(stage.id());
      sum += work.busyNanos() + work.starvedNanos() + work.blockedNanos();
    }
    assertThat(sum, is(closeTo(walls.wallNanos, walls.wallNanos * 0.02)));
    assertThat(sum, is(lessThanOrEqualTo((double) ran.get() * parallelism)));
  }

  @Test
  void timeGoesToTheStageThatSpendsItHoweverDeepStagesCallEachOther() {
    ProbedClock clock = new ProbedClock();
    StillSource.millis = clock::millis;
    Pipeline pipeline = shuffling();
    passing = () -> clock.pass(1);
    Watched watched = new Watched(pipeline);
    PlanExecution execution = watched.start(1, null, clock);

    execution.run();

    Totals totals = execution.monitor().snapshot().done().totals();
    long passing = 0;
    long others = 0;
    for (Stage stage : watched.plan().stages()) {
      boolean passes = stage.steps().stream().anyMatch(step -> step.name().contains("Pass"));
      long busy = totals.stage(stage.id()).busyNanos();
      passing += passes ? busy : 0;
      others += passes ? 0 : busy;
    }
    assertThat(passing, is(Clock.toNanos(RECORDS)));
    assertThat(others, is(0L));
  }

  private static final class Remember extends DoFn<KV<Long, Long>, Long> {
    @StateId("last")
    private final StateSpec<ValueState<Long>> last = StateSpecs.value();

    @TimerId("end")
    private final TimerSpec end = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<Long, Long> in,
        @StateId("last") ValueState<Long> last,
        @TimerId("end") Timer end) {
      last.write(in.getValue());
      end.set(Instant.ofEpochMilli(ProbedClock.START).plus(Duration.standardDays(1)));
    }

    @OnTimer("end")
    public void end() {}
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void tasksSayWhatTheyKeepAndWhereTheirSplitsStand(int parallelism) {
    ProbedClock clock = new ProbedClock();
    StillSource.millis = clock::millis;
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", Read.from(StillSource.of(StillSource.FOLLOWS, 1_000, StillSource.FOLLOWS)))
        .apply(WithKeys.<Long, Long>of(n -> n).withKeyType(TypeDescriptors.longs()))
        .apply("Remember", ParDo.of(new Remember()));
    PlanExecution execution = new Watched(pipeline).start(parallelism, null, clock);
    List<StageReport> reports = new ArrayList<>();
    List<TaskFigures.Survey> surveys = new ArrayList<>();
    clock.probe(
        () -> {
          if (clock.nanos() > Clock.toNanos(20_000) && surveys.isEmpty()) {
            for (TaskFigures.Survey survey : execution.monitor().snapshot().standing().surveys()) {
              assertThat(survey, is(notNullValue()));
              surveys.add(survey);
            }
            reports.addAll(execution.monitor().snapshot().standing().reports());
            execution.cancel();
          }
        });

    execution.run();

    StateSize size = surveys.stream().map(TaskFigures.Survey::size).reduce(StateSize::plus).get();
    assertThat(size.timers(), is(3L));
    assertThat(size.keys(), is(3L));
    List<SplitStatus> splits =
        surveys.stream().flatMap(survey -> survey.splits().stream()).toList();
    assertThat(splits, hasSize(3));
    for (SplitStatus split : splits) {
      boolean stands = split.index() == 1;
      assertThat(split.name(), is("still-" + split.index()));
      assertThat(split.watermark() == 1_000, is(stands));
      assertThat(split.hasMore(), is(false));
      assertThat(split.idleNanos(), is(greaterThan(Clock.toNanos(15_000))));
      assertThat(split.backlogBytes(), is(StillSource.BACKLOG));
    }
    assertThat(reports.get(0).figures().inputWatermark(), is(greaterThanOrEqualTo(1_000L)));
  }

  @Test
  void batchesAndCommitsAreKept() {
    Watched watched = new Watched(shuffling());
    PlanExecution execution =
        watched.start(2, new MemoryStore(), new ImpatientClock(), 1, 500, Succession.NONE);
    AtomicLong commits = new AtomicLong();
    execution.addListener(
        (BatchSummary batch) -> commits.addAndGet(batch.commit().captured() ? 1 : 0));

    execution.run();

    assertThat((long) execution.monitor().commits().size(), is(Math.min(200, commits.get())));
    assertThat(execution.monitor().commits().get(0).stats(), is(notNullValue()));
    BatchRecord last = execution.monitor().snapshot().done().last();
    assertThat(last.commit(), is(true));
    assertThat(execution.monitor().snapshot().done().batches(), is(last.number()));
  }
}
