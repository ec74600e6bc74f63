package dev.microbatch.runner.monitor;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.BatchSummary;
import dev.microbatch.executor.batch.LoopListener;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.checkpoint.CheckpointStore;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.monitor.Cause;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.operator.StepException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each cause, on a real pipeline. Time passes only while somebody waits. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class WhyTest {

  private static final Duration TEN_MINUTES = Duration.standardMinutes(10);

  /** No test waits for so long, in milliseconds. */
  private static final long LONGEST = 600_000;

  private static final long STANDS_AT = ProbedClock.START - 3_600_000;

  /** What {@link Call} does with each element. */
  private static volatile Runnable called = () -> {};

  private final ProbedClock clock = new ProbedClock();
  private final Log log = Log.of("dev.microbatch.executor");

  @BeforeEach
  void begin() {
    StillSource.millis = clock::millis;
    called = () -> {};
  }

  @AfterEach
  void end() {
    log.close();
  }

  private static final class Call extends DoFn<Long, Long> {
    @ProcessElement
    public void process(@Element Long in, OutputReceiver<Long> out) {
      called.run();
      out.output(in);
    }
  }

  /** Says when an explanation is the one that a test waits for. */
  private interface Wanted {
    boolean is(Explanation explanation);
  }

  /** Runs until the pipeline waits for what is wanted; what is done then has to end it. */
  private Explanation until(PlanExecution execution, Wanted wanted, Runnable then) {
    List<Explanation> found = new ArrayList<>();
    List<String> others = new ArrayList<>();
    long start = clock.millis();
    Runnable look =
        () -> {
          Explanation why = execution.why();
          if (found.isEmpty() && wanted.is(why)) {
            found.add(why);
            then.run();
          } else if (found.isEmpty() && clock.millis() - start > LONGEST) {
            execution.cancel();
          }
          others.add(why.text());
        };
    clock.probe(look);
    execution.addListener((BatchSummary batch) -> look.run());
    try {
      execution.run();
    } catch (StepException e) {
      assertThat(e.getMessage(), found, is(not(empty())));
    }
    assertThat(
        String.join("\n", others.subList(0, Math.min(5, others.size()))), found, is(not(empty())));
    return found.get(0);
  }

  private Explanation until(PlanExecution execution, Cause cause) {
    return until(execution, why -> why.cause() == cause, execution::cancel);
  }

  /** What a pipeline waits for; the same once more when it was stopped and restored. */
  private Explanation why(Watched watched, int parallelism, Cause cause) {
    MemoryStore store = new MemoryStore();
    PlanExecution first = watched.start(parallelism, store, clock);
    Explanation before = until(first, why -> why.cause() == cause, first::stop);
    Explanation after = until(watched.start(parallelism % 5 + 1, store, clock), cause);
    assertThat(after.step(), is(before.step()));
    return before;
  }

  private static PCollection<KV<Long, Long>> keyed(PCollection<Long> numbers) {
    return numbers.apply(
        "Key", WithKeys.<Long, Long>of(n -> n % 3).withKeyType(TypeDescriptors.longs()));
  }

  private static Pipeline counting(StillSource source) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", Read.from(source))
        .apply(Window.into(FixedWindows.of(TEN_MINUTES)))
        .apply("Count", Count.perElement());
    return pipeline;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aSilentSplit(int parallelism) {
    Pipeline pipeline =
        counting(StillSource.of(StillSource.FOLLOWS, STANDS_AT, StillSource.FOLLOWS));

    Explanation why = why(new Watched(pipeline), parallelism, Cause.SILENT_SPLIT);

    assertThat(why.step(), is("Read"));
    assertThat(
        why.sentence(), containsString("Split 1 of Read (still-1) has given no record for "));
    assertThat(why.sentence(), containsString("it is at " + Instant.ofEpochMilli(STANDS_AT)));
    assertThat(why.sentence(), containsString("2 other splits are at 2023-"));
    assertThat(why.sentence(), containsString("2 of 2 stages stand there"));
    assertThat(why.chain(), hasSize(2));
    assertThat(why.text(), containsString("TimestampPolicy"));
  }

  private static final class EventTimer extends DoFn<KV<Long, Long>, Long> {
    @TimerId("later")
    private final TimerSpec later = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(@TimerId("later") Timer timer) {
      timer.set(Instant.ofEpochMilli(ProbedClock.START).plus(TEN_MINUTES));
    }

    @OnTimer("later")
    public void later() {}
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anEventTimeTimer(int parallelism) {
    Pipeline pipeline = Pipeline.create();
    keyed(pipeline.apply("Read", Read.from(StillSource.of(StillSource.FOLLOWS))))
        .apply("Wait", ParDo.of(new EventTimer()));

    Explanation why = why(new Watched(pipeline), parallelism, Cause.EVENT_TIMER);

    assertThat(why.step(), startsWith("Wait/"));
    assertThat(why.sentence(), startsWith("The next timer of step Wait/"));
    assertThat(
        why.sentence(),
        containsString(
            "fires when the watermark is at "
                + Instant.ofEpochMilli(ProbedClock.START).plus(TEN_MINUTES).plus(1)));
  }

  private static final class ProcessingTimer extends DoFn<KV<Long, Long>, Long> {
    @TimerId("later")
    private final TimerSpec later = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void process(@TimerId("later") Timer timer) {
      timer.offset(TEN_MINUTES).setRelative();
    }

    @OnTimer("later")
    public void later() {}
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aProcessingTimeTimer(int parallelism) {
    Pipeline pipeline = Pipeline.create();
    keyed(pipeline.apply("Read", Read.from(StillSource.of(StillSource.FOLLOWS))))
        .apply("Wait", ParDo.of(new ProcessingTimer()));

    Explanation why = why(new Watched(pipeline), parallelism, Cause.PROCESSING_TIMER);

    assertThat(why.step(), startsWith("Wait/"));
    assertThat(why.sentence(), containsString("waits until processing time is 2023-"));
    assertThat(why.sentence(), containsString(", in "));
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "5, true", "1, false", "2, false", "5, false"})
  void aWindow(int parallelism, boolean specialized) {
    Pipeline pipeline = counting(StillSource.of(StillSource.FOLLOWS, StillSource.FOLLOWS));

    Explanation why = why(new Watched(pipeline, specialized), parallelism, Cause.WINDOW);

    assertThat(why.step(), startsWith("Count/"));
    assertThat(why.sentence(), startsWith("The next window of step Count/"));
    assertThat(
        why.sentence(), containsString("fires when the watermark is at 2023-11-14T22:20:00.000Z"));
  }

  private static final class Join extends DoFn<Long, Long> {
    private final PCollectionView<Iterable<Long>> view;

    Join(PCollectionView<Iterable<Long>> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(c.sideInput(view).iterator().next());
    }
  }

  private static Pipeline joining(StillSource side) {
    Pipeline pipeline = Pipeline.create();
    PCollectionView<Iterable<Long>> view =
        pipeline
            .apply("Side", Read.from(side))
            .apply("Side windows", Window.into(FixedWindows.of(TEN_MINUTES)))
            .apply("View", View.asIterable());
    pipeline
        .apply("Main", Read.from(StillSource.of(StillSource.FOLLOWS)))
        .apply("Main windows", Window.into(FixedWindows.of(TEN_MINUTES)))
        .apply("Join", ParDo.of(new Join(view)).withSideInputs(view));
    return pipeline;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aSideInput(int parallelism) {
    Watched watched = new Watched(joining(StillSource.of(StillSource.FOLLOWS)));

    Explanation why = why(watched, parallelism, Cause.SIDE_INPUT);

    assertThat(why.step(), startsWith("Join/"));
    assertThat(why.sentence(), containsString("its records wait for the side input View/"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aSplitThatASideInputIsMadeOf(int parallelism) {
    Watched watched = new Watched(joining(StillSource.of(STANDS_AT)));

    Explanation why = why(watched, parallelism, Cause.SILENT_SPLIT);

    assertThat(why.step(), is("Side"));
  }

  private static final class Stable extends DoFn<Long, Long> {
    @RequiresStableInput
    @ProcessElement
    public void process(@Element Long in, OutputReceiver<Long> out) {
      out.output(in);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void stableInput(int parallelism) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", Read.from(StillSource.of(StillSource.FOLLOWS)))
        .apply("Sink", ParDo.of(new Stable()));
    CountDownLatch found = new CountDownLatch(1);
    CheckpointStore store =
        new FaultyStore(new MemoryStore())
            .with(
                (number, kind, file) -> {
                  if (file.startsWith("d-")) {
                    try {
                      found.await();
                    } catch (InterruptedException e) {
                      throw new IOException(e);
                    }
                  }
                });
    PlanExecution execution = new Watched(pipeline).start(parallelism, store, clock);

    Explanation why =
        until(
            execution,
            e -> e.cause() == Cause.STABLE_INPUT,
            () -> {
              found.countDown();
              execution.cancel();
            });

    assertThat(why.step(), startsWith("Sink/"));
    assertThat(why.sentence(), containsString("requires stable input: "));
    assertThat(
        why.sentence(), containsString("wait until the commit that contains them is durable"));
  }

  @DoFn.UnboundedPerElement
  private static final class Later extends DoFn<Long, Long> {
    @ProcessElement
    public ProcessContinuation process(RestrictionTracker<OffsetRange, Long> tracker) {
      long position = tracker.currentRestriction().getFrom();
      return tracker.tryClaim(position)
          ? ProcessContinuation.resume().withResumeDelay(TEN_MINUTES)
          : ProcessContinuation.stop();
    }

    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, 1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void theRestOfASplittableDoFn(int parallelism) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply("Create", Create.of(1L)).apply("Later", ParDo.of(new Later()));

    Explanation why = why(new Watched(pipeline), parallelism, Cause.RESIDUAL);

    assertThat(why.step(), startsWith("Later/"));
    assertThat(why.sentence(), containsString("has put off the rest of its work until 2023-"));
  }

  private static Pipeline calling() {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", Read.from(StillSource.of(StillSource.FOLLOWS)))
        .apply("Pass", Reshuffle.viaRandomKey())
        .apply("Call", ParDo.of(new Call()));
    return pipeline;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void userCodeThatDoesNotReturn(int parallelism) throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    called =
        () -> {
          inside.countDown();
          try {
            released.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    PlanExecution execution = new Watched(calling()).start(parallelism, null, clock);
    Thread driver = new Thread(execution::run);
    driver.start();
    inside.await();
    assertThat(execution.why().cause(), is(not(Cause.USER_CODE)));

    clock.pass(12_000);
    Explanation why = execution.why();

    execution.cancel();
    driver.join();
    assertThat(why.cause(), is(Cause.USER_CODE));
    assertThat(why.step(), startsWith("Call/"));
    assertThat(why.sentence(), containsString("has been running for 12 s"));
    assertThat(why.sentence(), containsString("WhyTest"));
    assertThat(execution.why().cause(), is(Cause.ENDED));
    assertThat(execution.why().sentence(), is("watched was cancelled."));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aBatchThatFails(int parallelism) {
    called =
        () -> {
          throw new IllegalStateException("no service");
        };
    PlanExecution execution = new Watched(calling()).start(parallelism, new MemoryStore(), clock);

    Explanation why =
        until(
            execution,
            e -> e.cause() == Cause.RETRYING && e.sentence().contains("2 times"),
            execution::cancel);

    assertThat(why.step(), startsWith("Call/"));
    assertThat(
        why.sentence(),
        containsString("has failed 2 times in a row: java.lang.IllegalStateException: no service"));
    assertThat(why.sentence(), containsString(" in 1.0 s with at most 1 record in a batch"));
    assertThat(why.sentence(), containsString("retry 2 of 3"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aStoreThatIsAway(int parallelism) {
    AtomicBoolean away = new AtomicBoolean();
    CheckpointStore store =
        new FaultyStore(new MemoryStore())
            .with(
                (number, kind, file) -> {
                  if (file.startsWith("d-") && away.get()) {
                    throw new IOException("No space left on device");
                  }
                });
    away.set(true);
    PlanExecution execution = new Watched(calling()).start(parallelism, store, clock);

    Explanation why = until(execution, Cause.OUTAGE);

    assertThat(why.sentence(), startsWith("Writing commit "));
    assertThat(why.sentence(), containsString("No space left on device"));
    assertThat(why.sentence(), containsString("It is tried for up to 300 s"));
  }

  /** An endless source, and a step behind it that takes a millisecond for each record. */
  private Explanation overload(int parallelism, boolean oneKey, Cause cause) {
    called = () -> clock.passHere(1);
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", Read.from(StillSource.endless()))
        .apply("Key", ParDo.of(new Spread(oneKey)))
        .apply("Pass", Reshuffle.of())
        .apply("Values", Values.create())
        .apply("Call", ParDo.of(new Call()));
    PlanExecution execution =
        new Watched(pipeline).start(parallelism, null, clock, 1_000, 100, Succession.NONE);
    execution.addListener(
        new LoopListener() {
          @Override
          public void worked() {
            clock.meet();
          }

          @Override
          public void batch(BatchSummary batch) {}
        });

    return until(execution, cause);
  }

  /** Gives records keys in turn, or one. */
  private static final class Spread extends DoFn<Long, KV<Long, Long>> {
    private final boolean oneKey;
    private long next;

    Spread(boolean oneKey) {
      this.oneKey = oneKey;
    }

    @ProcessElement
    public void process(@Element Long in, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(oneKey ? 0 : next++ % 1_000, in));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anOverload(int parallelism) {
    Explanation why = overload(parallelism, false, Cause.OVERLOADED);

    assertThat(why.sentence(), startsWith("Falls behind: for "));
    assertThat(why.sentence(), containsString("the watermark is "));
    assertThat(why.sentence(), containsString("Call/ParMultiDo(Call) is busy for "));
    assertThat(why.sentence(), not(containsString("the other partitions")));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void skew(int parallelism) {
    Explanation why = overload(parallelism, true, Cause.SKEWED);

    assertThat(why.sentence(), containsString("Call/ParMultiDo(Call) is busy for 100 % "));
    assertThat(why.sentence(), endsWith(", the other partitions for 0 %."));
  }

  @Test
  void aBoundedReadIsNoOverload() {
    called = () -> clock.pass(1);
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", GenerateSequence.from(0).to(1_000_000))
        .apply("Call", ParDo.of(new Call()));
    PlanExecution execution =
        new Watched(pipeline).start(1, null, clock, 1_000, 100, Succession.NONE);

    Explanation why =
        until(execution, e -> clock.millis() > ProbedClock.START + 60_000, execution::cancel);

    assertThat(why.cause(), is(Cause.READING));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void nothingToDo(int parallelism) {
    Explanation why = why(new Watched(calling()), parallelism, Cause.IDLE);

    assertThat(
        why.sentence(),
        is("Idle: everything that has come is worked off, waiting for records from Read."));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aDrain(int parallelism) {
    Pipeline pipeline = counting(StillSource.of(StillSource.FOLLOWS));
    PlanExecution execution = new Watched(pipeline).start(parallelism, null, clock);
    until(execution, e -> e.cause() == Cause.WINDOW, execution::drain);
    Watched again = new Watched(counting(StillSource.of(StillSource.FOLLOWS)));
    PlanExecution drained = again.start(parallelism, null, clock);
    clock.probe(drained::drain);

    Explanation why = until(drained, e -> e.cause() == Cause.DRAINING || drain(drained), () -> {});

    assertThat(why, is(notNullValue()));
    assertThat(drained.why().sentence(), is("watched is done."));
  }

  private static boolean drain(PlanExecution execution) {
    execution.drain();
    return false;
  }

  @Test
  void aPipelineThatHasNotBegunOrHasFailed() {
    called =
        () -> {
          throw new IllegalStateException("no service");
        };
    PlanExecution execution = new Watched(calling()).start(2, null, clock);
    assertThat(execution.why().cause(), is(Cause.STARTING));

    assertThrows(StepException.class, execution::run);

    assertThat(execution.why().cause(), is(Cause.ENDED));
    assertThat(execution.why().sentence(), startsWith("watched has failed: Step Call/"));
  }

  @Test
  void aWatermarkThatStandsForAMinuteIsToldOnce() {
    PlanExecution execution =
        new Watched(counting(StillSource.of(StillSource.FOLLOWS, STANDS_AT))).start(2, null, clock);

    until(execution, why -> clock.millis() > ProbedClock.START + 180_000, execution::cancel);

    List<String> told = log.messages(Level.INFO, "has stood at");
    assertThat(told, hasSize(1));
    assertThat(told.get(0), containsString("The watermark of watched has stood at 2023-11-14T21"));
    assertThat(told.get(0), containsString(" for 60 s. Split 1 of "));
  }
}
