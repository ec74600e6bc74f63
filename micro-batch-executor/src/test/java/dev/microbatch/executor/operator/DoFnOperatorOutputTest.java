package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.SerializableBiConsumer;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValues;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a DoFn's outputs. */
class DoFnOperatorOutputTest {

  private static final IntervalWindow WINDOW =
      new IntervalWindow(new Instant(0), new Instant(1000));
  private static final IntervalWindow LATER =
      new IntervalWindow(new Instant(1000), new Instant(2000));
  private static final List<IntervalWindow> BOTH = List.of(WINDOW, LATER);
  private static final PaneInfo PANE = PaneInfo.createPane(true, false, PaneInfo.Timing.EARLY);
  private static final Meta META =
      Meta.of(500, WINDOW, PANE)
          .withRecordId("id", 3L)
          .withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN);

  /** Does with its context what the test says. */
  static class ContextFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final Use use;
    private final Duration skew;

    /** What to do with a context; a consumer that can be serialized. */
    interface Use extends java.io.Serializable {
      void with(DoFn<String, String>.ProcessContext c);
    }

    ContextFn(Use use) {
      this(use, Duration.ZERO);
    }

    ContextFn(Use use, Duration skew) {
      this.use = use;
      this.skew = skew;
    }

    @Override
    @Deprecated
    public Duration getAllowedTimestampSkew() {
      return skew;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      use.with(c);
    }
  }

  /** Does with its receivers what the test says. */
  static class ReceiverFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final SerializableBiConsumer<OutputReceiver<String>, MultiOutputReceiver> use;

    ReceiverFn(SerializableBiConsumer<OutputReceiver<String>, MultiOutputReceiver> use) {
      this.use = use;
    }

    @ProcessElement
    public void process(OutputReceiver<String> out, MultiOutputReceiver outputs) {
      use.accept(out, outputs);
    }
  }

  private static DoFnStep run(DoFn<String, String> fn) {
    DoFnStep step = new DoFnStep(fn);
    step.run("element", META);
    return step;
  }

  private static Throwable failureOf(DoFn<String, String> fn) {
    StepException e = assertThrows(StepException.class, () -> run(fn));
    assertThat(e.stepName(), is("Some/Step"));
    return e.getCause();
  }

  @Test
  void plainOutputsShareTheMetadataOfTheElement() {
    DoFnStep byContext =
        run(
            new ContextFn(
                c -> {
                  c.output("a");
                  c.output(DoFnStep.EXTRA, "b");
                }));
    DoFnStep byReceiver =
        run(
            new ReceiverFn(
                (out, outputs) -> {
                  out.output("a");
                  outputs.get(DoFnStep.EXTRA).output("b");
                }));
    for (DoFnStep step : List.of(byContext, byReceiver)) {
      assertThat(step.main.values(), contains("a"));
      assertThat(step.main.onlyMeta(), sameInstance(META));
      assertThat(step.extra.values(), contains("b"));
      assertThat(step.extra.onlyMeta(), sameInstance(META));
    }
  }

  @Test
  void outputsAreReachedByAnEqualTag() {
    DoFnStep step =
        run(
            new ReceiverFn(
                (out, outputs) -> {
                  outputs.get(new TupleTag<String>("extra")).output("a");
                  outputs.get(new TupleTag<String>("main")).output("b");
                  outputs.get(new TupleTag<String>("extra")).output("c");
                }));
    assertThat(step.extra.values(), contains("a", "c"));
    assertThat(step.main.values(), contains("b"));
  }

  @Test
  void timestampAloneIsChanged() {
    DoFnStep step =
        run(
            new ContextFn(
                c -> {
                  c.outputWithTimestamp("a", new Instant(600));
                  c.outputWithTimestamp(DoFnStep.EXTRA, "b", new Instant(700));
                }));
    assertThat(step.main.onlyMeta(), is(META.withTimestamp(600)));
    assertThat(step.extra.onlyMeta(), is(META.withTimestamp(700)));
  }

  @Test
  void windowedOutputKeepsTheExtrasOfTheElement() {
    DoFnStep step =
        run(
            new ContextFn(
                c -> {
                  c.outputWindowedValue("a", new Instant(600), BOTH, PaneInfo.NO_FIRING);
                  c.outputWindowedValue(
                      DoFnStep.EXTRA, "b", new Instant(600), BOTH, PaneInfo.NO_FIRING);
                }));
    Meta expected = META.withTimestamp(600).withWindows(BOTH).withPane(PaneInfo.NO_FIRING);
    assertThat(step.main.onlyMeta(), is(expected));
    assertThat(step.extra.onlyMeta(), is(expected));
  }

  @Test
  void windowedValueReplacesAllMetadata() {
    DoFnStep step =
        run(
            new ContextFn(
                c -> {
                  c.outputWindowedValue(
                      WindowedValues.of("a", new Instant(600), LATER, PaneInfo.NO_FIRING));
                  c.outputWindowedValue(
                      DoFnStep.EXTRA,
                      WindowedValues.of("b", new Instant(600), LATER, PaneInfo.NO_FIRING));
                }));
    assertThat(step.main.onlyMeta(), is(Meta.of(600, LATER, PaneInfo.NO_FIRING)));
    assertThat(step.extra.onlyMeta(), is(Meta.of(600, LATER, PaneInfo.NO_FIRING)));
  }

  @Test
  void builderStartsFromTheElement() {
    DoFnStep step = run(new ReceiverFn((out, outputs) -> out.builder("a").output()));
    assertThat(step.main.onlyMeta(), sameInstance(META));
  }

  @Test
  void builderSetsEveryField() {
    DoFnStep step =
        run(
            new ReceiverFn(
                (out, outputs) -> {
                  OutputBuilder<String> builder =
                      out.builder("a")
                          .setTimestamp(new Instant(600))
                          .setWindow(LATER)
                          .setPaneInfo(PaneInfo.NO_FIRING)
                          .setRecordId("other")
                          .setRecordOffset(4L)
                          .setCausedByDrain(CausedByDrain.NORMAL);
                  builder.output();
                  builder.setValue("b").setWindows(List.of(WINDOW, LATER)).output();
                }));
    assertThat(step.main.values(), contains("a", "b"));
    Meta expected = Meta.of(600, LATER, PaneInfo.NO_FIRING).withRecordId("other", 4L);
    assertThat(step.main.records.get(0).meta(), is(expected));
    assertThat(step.main.records.get(1).meta(), is(expected.withWindows(List.of(WINDOW, LATER))));
  }

  @Test
  void builderTellsWhatIsSet() {
    DoFnStep step =
        run(
            new ReceiverFn(
                (out, outputs) -> {
                  OutputBuilder<String> builder = out.builder("a").setWindow(LATER);
                  out.output(builder.getValue());
                  out.output(builder.getTimestamp().toString());
                  out.output(builder.getWindows().toString());
                  out.output(builder.getPaneInfo().toString());
                  out.output(builder.getRecordId());
                  out.output(String.valueOf(builder.getRecordOffset()));
                  out.output(builder.causedByDrain().toString());
                  out.output(String.valueOf(builder.withValue(7).getValue()));
                  builder.explodeWindows().forEach(each -> out.output(each.getValue()));
                }));
    assertThat(
        step.main.values(),
        contains(
            "a",
            new Instant(500).toString(),
            List.of(LATER).toString(),
            PANE.toString(),
            "id",
            "3",
            "CAUSED_BY_DRAIN",
            "7",
            "a"));
  }

  @Test
  void unknownTagIsRefusedWhenUsed() {
    TupleTag<String> unknown = new TupleTag<>("unknown");
    assertThat(run(new ReceiverFn((out, outputs) -> outputs.get(unknown))).main.values(), empty());
    for (DoFn<String, String> fn :
        List.of(
            new ContextFn(c -> c.output(unknown, "a")),
            new ContextFn(c -> c.outputWithTimestamp(unknown, "a", c.timestamp())),
            new ReceiverFn((out, outputs) -> outputs.get(unknown).output("a")))) {
      Throwable failure = failureOf(fn);
      assertThat(failure, instanceOf(IllegalArgumentException.class));
      assertThat(failure.getMessage(), containsString("Unknown output tag unknown"));
    }
  }

  @Test
  void nullTagIsRefused() {
    for (DoFn<String, String> fn :
        List.of(
            new ContextFn(c -> c.output((TupleTag<String>) null, "a")),
            new ContextFn(c -> c.outputWithTimestamp((TupleTag<String>) null, "a", c.timestamp())),
            new ReceiverFn((out, outputs) -> outputs.get((TupleTag<String>) null)),
            new ReceiverFn((out, outputs) -> outputs.getRowReceiver((TupleTag<String>) null)))) {
      assertThat(failureOf(fn), instanceOf(NullPointerException.class));
    }
  }

  @Test
  void noWindowIsRefused() {
    Throwable failure =
        failureOf(
            new ReceiverFn((out, outputs) -> out.builder("a").setWindows(List.of()).output()));
    assertThat(failure, instanceOf(IllegalArgumentException.class));
  }

  @Test
  void timestampBehindTheSkewIsRefused() {
    Throwable failure =
        failureOf(
            new ContextFn(
                c -> c.outputWithTimestamp("a", new Instant(500 - 1001)),
                Duration.standardSeconds(1)));
    assertThat(failure, instanceOf(IllegalArgumentException.class));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("Cannot output with timestamp " + new Instant(-501)),
            containsString(
                "Output timestamps must be no earlier than the timestamp of the current input or"
                    + " timer, "
                    + new Instant(500)),
            containsString("minus the allowed skew (1 second)")));
  }

  @Test
  void everyWayToOutputChecksTheTimestamp() {
    Instant early = new Instant(499);
    for (DoFn<String, String> fn :
        List.of(
            new ContextFn(c -> c.outputWithTimestamp("a", early)),
            new ContextFn(c -> c.outputWithTimestamp(DoFnStep.EXTRA, "a", early)),
            new ContextFn(c -> c.outputWindowedValue("a", early, List.of(WINDOW), PANE)),
            new ContextFn(c -> c.outputWindowedValue(WindowedValues.of("a", early, WINDOW, PANE))),
            new ReceiverFn((out, outputs) -> out.outputWithTimestamp("a", early)),
            new ReceiverFn(
                (out, outputs) -> out.outputWindowedValue("a", early, List.of(WINDOW), PANE)),
            new ReceiverFn((out, outputs) -> out.builder("a").setTimestamp(early).output()))) {
      assertThat(
          failureOf(fn).getMessage(),
          allOf(
              containsString("Cannot output with timestamp"),
              containsString("minus the allowed skew (0 milliseconds)")));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-500, 499, 500, 501})
  void timestampWithinTheSkewIsAllowed(long millis) {
    DoFnStep step =
        run(
            new ContextFn(
                c -> c.outputWithTimestamp("a", new Instant(millis)), Duration.standardSeconds(1)));
    assertThat(step.main.onlyMeta().timestamp(), is(millis));
  }

  @Test
  void unlimitedSkewReachesTheStartOfTime() {
    DoFnStep step =
        run(
            new ContextFn(
                c -> c.outputWithTimestamp("a", BoundedWindow.TIMESTAMP_MIN_VALUE),
                Duration.millis(Long.MAX_VALUE)));
    assertThat(step.main.onlyMeta().instant(), is(BoundedWindow.TIMESTAMP_MIN_VALUE));
  }

  @Test
  void timestampAfterTheEndOfTimeIsRefused() {
    Throwable failure =
        failureOf(
            new ContextFn(
                c ->
                    c.outputWithTimestamp(
                        "a", BoundedWindow.TIMESTAMP_MAX_VALUE.plus(Duration.millis(1))),
                Duration.millis(Long.MAX_VALUE)));
    assertThat(
        failure.getMessage(), containsString("no later than " + BoundedWindow.TIMESTAMP_MAX_VALUE));
  }

  /** Keeps a receiver beyond its element. */
  static class HoardingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private transient OutputReceiver<String> kept;

    @ProcessElement
    public void process(OutputReceiver<String> out) {
      kept = out;
    }

    @FinishBundle
    public void finish() {
      kept.output("stray");
    }
  }

  @Test
  void outputWithoutAnElementIsRefused() {
    Throwable failure = failureOf(new HoardingFn());
    assertThat(failure, instanceOf(IllegalStateException.class));
    assertThat(failure.getMessage(), containsString("FinishBundleContext"));
  }

  static class FinishFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final SerializableFunction<String, TupleTag<String>> tag;

    FinishFn(SerializableFunction<String, TupleTag<String>> tag) {
      this.tag = tag;
    }

    @ProcessElement
    public void process() {}

    @FinishBundle
    public void finish(FinishBundleContext c) {
      c.output(tag.apply(""), "a", new Instant(0), GlobalWindow.INSTANCE);
    }
  }

  @Test
  void finishBundleRefusesUnknownAndNullTags() {
    assertThat(
        failureOf(new FinishFn(x -> new TupleTag<>("unknown"))),
        instanceOf(IllegalArgumentException.class));
    assertThat(failureOf(new FinishFn(x -> null)), instanceOf(NullPointerException.class));
  }
}
