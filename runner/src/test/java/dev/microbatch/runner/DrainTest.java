package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.splittabledofn.OffsetRangeTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker.TruncateResult;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class DrainTest implements Serializable {

  /** More than is read before a drain. */
  private static final long MANY = 1L << 32;

  private static final Queue<String> RESULTS = new ConcurrentLinkedQueue<>();
  private static CountDownLatch running;

  /** Says that so many elements have come by. */
  private static final class Running<T> extends DoFn<T, T> {
    @ProcessElement
    public void process(@Element T in, OutputReceiver<T> out) {
      running.countDown();
      out.output(in);
    }
  }

  /** Keeps what comes. */
  private static final class Keep<T> extends DoFn<T, Void> {
    @ProcessElement
    public void process(@Element T in, CausedByDrain cause) {
      RESULTS.add((cause == CausedByDrain.CAUSED_BY_DRAIN ? "drained " : "") + in);
    }
  }

  @BeforeEach
  void forget() {
    RESULTS.clear();
    EndlessSource.reset();
    running = new CountDownLatch(1);
  }

  private static Pipeline pipeline(String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--runner=MicroBatchRunner");
    args.add("--blockOnRun=false");
    args.add("--parallelism=2");
    return Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
  }

  private static MicroBatchResult run(Pipeline pipeline) throws InterruptedException {
    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    running.await();
    return result;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closesWindowsOverAllThatWasReadAndAcknowledgesIt(boolean specialized) throws Exception {
    Pipeline pipeline = pipeline("--specializedAggregators=" + specialized);
    pipeline
        .apply(Read.from(new EndlessSource()))
        .apply(Window.into(FixedWindows.of(Duration.millis(1_000))))
        .apply(WithKeys.of((Void) null))
        .setCoder(KvCoder.of(VoidCoder.of(), VarLongCoder.of()))
        .apply(Count.perKey())
        .apply(ParDo.of(new Running<>()))
        .apply(ParDo.of(new Keep<>()));

    assertThat(run(pipeline).drain(), is(State.DONE));

    long counted = 0;
    for (String count : RESULTS) {
      counted += Long.parseLong(count.replaceAll(".*, |}", ""));
    }
    assertThat(counted, is(EndlessSource.READ.get()));
    assertThat(RESULTS, hasItem(startsWith("KV")));
    assertThat(RESULTS, hasItem(startsWith("drained KV")));
    assertThat(List.copyOf(EndlessSource.ACKNOWLEDGED), is(not(empty())));
    assertThat(
        EndlessSource.ACKNOWLEDGED,
        containsInAnyOrder(EndlessSource.TAKEN.toArray(new EndlessSource.Mark[0])));
    long acknowledged = 0;
    for (int split = 0; split < 2; split++) {
      long last = 0;
      for (EndlessSource.Mark mark : EndlessSource.ACKNOWLEDGED) {
        last = mark.split() == split ? mark.count() : last;
      }
      acknowledged += last;
    }
    assertThat(acknowledged, is(EndlessSource.READ.get()));
    assertThat(EndlessSource.OPEN, is(empty()));
  }

  @Test
  void leavesUnreadWhatABoundedSourceStillHas() throws Exception {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(GenerateSequence.from(0).to(MANY))
        .apply(ParDo.of(new Running<>()))
        .apply(Count.globally())
        .apply(ParDo.of(new Keep<>()));

    assertThat(run(pipeline).drain(), is(State.DONE));

    assertThat(RESULTS.size(), is(1));
    long counted = Long.parseLong(RESULTS.element().replace("drained ", ""));
    assertThat(counted, is(greaterThan(0L)));
    assertThat(counted, is(lessThan(MANY)));
  }

  @Test
  void firesEventTimeTimersAndDropsThoseOfProcessingTime() throws Exception {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Read.from(new EndlessSource()))
        .apply(WithKeys.of((Void) null))
        .setCoder(KvCoder.of(VoidCoder.of(), VarLongCoder.of()))
        .apply(
            ParDo.of(
                new DoFn<KV<Void, Long>, String>() {
                  @TimerId("event")
                  private final TimerSpec event = TimerSpecs.timer(TimeDomain.EVENT_TIME);

                  @TimerId("processing")
                  private final TimerSpec processing = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

                  @ProcessElement
                  public void process(
                      @TimerId("event") Timer atEventTime,
                      @TimerId("processing") Timer atProcessingTime) {
                    atEventTime.set(Instant.EPOCH.plus(Duration.standardDays(365)));
                    atProcessingTime.offset(Duration.standardDays(365)).setRelative();
                    running.countDown();
                  }

                  @OnTimer("event")
                  public void event(CausedByDrain cause, OutputReceiver<String> out) {
                    out.output("event time " + cause);
                  }

                  @OnTimer("processing")
                  public void processing(OutputReceiver<String> out) {
                    out.output("processing time");
                  }
                }))
        .apply(ParDo.of(new Keep<>()));

    assertThat(run(pipeline).drain(), is(State.DONE));

    assertThat(RESULTS, contains("drained event time CAUSED_BY_DRAIN"));
  }

  /** Outputs one position per call; waits for a day at its tenth. */
  @DoFn.UnboundedPerElement
  private static class Positions extends DoFn<String, String> {
    static final long WAITS_AT = 10;

    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, Long.MAX_VALUE);
    }

    @NewTracker
    public OffsetRangeTracker tracker(@Restriction OffsetRange range) {
      return new OffsetRangeTracker(range) {
        @Override
        public IsBounded isBounded() {
          return IsBounded.UNBOUNDED;
        }
      };
    }

    @ProcessElement
    public ProcessContinuation process(
        @Element String in,
        RestrictionTracker<OffsetRange, Long> tracker,
        OutputReceiver<String> out) {
      long position = tracker.currentRestriction().getFrom();
      if (!tracker.tryClaim(position)) {
        return ProcessContinuation.stop();
      }
      out.output(in + position);
      if (position == WAITS_AT) {
        running.countDown();
        return ProcessContinuation.resume().withResumeDelay(Duration.standardDays(1));
      }
      return ProcessContinuation.resume();
    }
  }

  /** Has five more to do when it is drained. */
  private static final class TruncatedPositions extends Positions {
    @TruncateRestriction
    @SuppressWarnings("unchecked") // Beam's factory method returns the raw type
    public TruncateResult<OffsetRange> truncate(
        @Element String in, @Restriction OffsetRange range) {
      RESULTS.add("truncated " + in + range.getFrom());
      return TruncateResult.of(new OffsetRange(range.getFrom(), range.getFrom() + 5));
    }
  }

  private static final class BoundedPositions extends Positions {
    @GetInitialRestriction
    @Override
    public OffsetRange initial() {
      return new OffsetRange(0, 13);
    }

    @NewTracker
    @Override
    public OffsetRangeTracker tracker(@Restriction OffsetRange range) {
      return range.newTracker();
    }
  }

  private static List<String> positions(String prefix, String drainPrefix, long end) {
    List<String> expected = new ArrayList<>();
    for (long i = 0; i < end; i++) {
      expected.add((i > Positions.WAITS_AT ? drainPrefix : "") + prefix + i);
    }
    return expected;
  }

  private static void drainPositions(Positions positions) throws Exception {
    running = new CountDownLatch(2);
    Pipeline pipeline = pipeline();
    pipeline.apply(Create.of("a", "b")).apply(ParDo.of(positions)).apply(ParDo.of(new Keep<>()));
    assertThat(run(pipeline).drain(), is(State.DONE));
  }

  @Test
  void truncatesRestrictionsOnceAsTheDoFnSaysAndFinishesThem() throws Exception {
    drainPositions(new TruncatedPositions());

    List<String> expected = new ArrayList<>(List.of("truncated a11", "truncated b11"));
    expected.addAll(positions("a", "drained ", 16));
    expected.addAll(positions("b", "drained ", 16));
    assertThat(RESULTS, containsInAnyOrder(expected.toArray()));
  }

  @Test
  void dropsUnboundedRestrictionsIfTheDoFnDoesNotSay() throws Exception {
    drainPositions(new Positions());

    List<String> expected = new ArrayList<>(positions("a", "", Positions.WAITS_AT + 1));
    expected.addAll(positions("b", "", Positions.WAITS_AT + 1));
    assertThat(RESULTS, containsInAnyOrder(expected.toArray()));
  }

  @Test
  void finishesBoundedRestrictionsIfTheDoFnDoesNotSay() throws Exception {
    drainPositions(new BoundedPositions());

    List<String> expected = new ArrayList<>(positions("a", "drained ", 13));
    expected.addAll(positions("b", "drained ", 13));
    assertThat(RESULTS, containsInAnyOrder(expected.toArray()));
  }

  @Test
  void endsAPipelineThatHasNothingToDo() throws Exception {
    Pipeline pipeline = pipeline();
    pipeline.apply(GenerateSequence.from(0).withRate(1, Duration.standardDays(1)));

    assertThat(((MicroBatchResult) pipeline.run()).drain(), is(State.DONE));
  }

  @Test
  void saysHowAPipelineHasEndedThatIsOver() throws Exception {
    Pipeline done = pipeline();
    done.apply(Create.of(1)).apply(ParDo.of(new Running<>()));
    MicroBatchResult result = run(done);
    result.waitUntilFinish();
    assertThat(result.drain(), is(State.DONE));
    assertThat(result.drain(), is(State.DONE));

    Pipeline endless = pipeline();
    endless.apply(Read.from(new EndlessSource()));
    MicroBatchResult cancelled = run(endless);
    assertThat(cancelled.cancel(), is(State.CANCELLED));
    assertThat(cancelled.drain(), is(State.CANCELLED));
  }

  @Test
  void saysThatAPipelineFailed() throws Exception {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Read.from(new EndlessSource()))
        .apply(
            ParDo.of(
                new DoFn<Long, Void>() {
                  @ProcessElement
                  public void process() throws IOException {
                    running.countDown();
                    throw new IOException("no more");
                  }
                }));

    assertThat(run(pipeline).drain(), is(State.FAILED));
  }
}
