package dev.microbatch.translation.fingerprint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.Plans;
import dev.microbatch.translation.TranslationOptions;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

/** What a checkpoint and a plan have to agree on. */
class PlanFingerprintTest {

  private static <T> PlanFingerprint stateful(Coder<T> coder, int minutes, boolean more) {
    Pipeline pipeline = Plans.pipeline();
    PCollection<Long> numbers = pipeline.apply("Numbers", GenerateSequence.from(0).to(5));
    PCollectionView<Iterable<Long>> view = numbers.apply("View", View.asIterable());
    if (more) {
      numbers = numbers.apply("More", MapElements.into(TypeDescriptors.longs()).via(x -> x));
    }
    PCollection<KV<String, Long>> pairs =
        numbers
            .apply("Window", Window.into(FixedWindows.of(Duration.standardMinutes(minutes))))
            .apply("Keys", WithKeys.of("k"));
    pairs.apply("Stateful", ParDo.of(new Stateful<>(coder)).withSideInput("side", view));
    pairs.apply("Group", GroupByKey.create());
    return PlanFingerprint.of(Plans.translate(pipeline));
  }

  private static PlanFingerprint usual() {
    return stateful(VarLongCoder.of(), 1, false);
  }

  private static List<Difference> compare(PlanFingerprint stored, PlanFingerprint wanted) {
    return PlanFingerprint.compare(stored, wanted);
  }

  @Test
  void samePipelineHasTheSameFingerprint() {
    PlanFingerprint one = usual();
    PlanFingerprint two = usual();

    assertThat(two, is(one));
    assertThat(two.hash(), is(one.hash()));
    assertThat(one.hash(), matchesPattern("[0-9a-f]{64}"));
    assertThat(compare(one, two), is(empty()));
  }

  /** A changed text means that checkpoints of older versions are refused. */
  @Test
  void textStaysTheSameInEveryJvm() {
    assertThat(
        usual().text().replace("org.apache.beam.sdk.", "").replace('\t', ' '),
        is(
            """
            step Group GroupByKey
            cell aggregator window table
            cell key coders.StringUtf8Coder<java.lang.String>
            cell values list of coders.VarLongCoder<java.lang.Long>
            cell windowing transforms.windowing.FixedWindows{size=60000}, lateness 0 ms,\
             trigger DefaultTrigger, DISCARDING_FIRED_PANES, timestamp END_OF_WINDOW,\
             FIRE_IF_NON_EMPTY, FIRE_ALWAYS
            step Keys/AddKeys/Map/ParMultiDo(Anonymous) ParDo
            step Numbers/Read(BoundedCountingSource) BoundedRead
            cell position in io.CountingSource$BoundedCountingSource
            step Stateful/ParMultiDo(Stateful) ParDo
            cell input that waits for a side input coders.KvCoder(\
            coders.StringUtf8Coder<java.lang.String>, coders.VarLongCoder<java.lang.Long>)
            cell key coders.StringUtf8Coder<java.lang.String>
            cell side input View/View.CreatePCollectionView/View\
             dev.microbatch.executor.view.ViewPaneCoder(coders.VarLongCoder<java.lang.Long>)\
             in transforms.windowing.GlobalWindow$Coder<transforms.windowing.GlobalWindow>
            cell state last value coders.VarLongCoder<java.lang.Long>
            cell timer flush EVENT_TIME
            cell windows transforms.windowing.FixedWindows{size=60000}, lateness 0 ms
            step View/MapElements/Map/ParMultiDo(Anonymous) ParDo
            step View/View.CreatePCollectionView GroupByKey
            cell aggregator window table
            cell key coders.VoidCoder<java.lang.Void>
            cell values list of coders.VarLongCoder<java.lang.Long>
            cell windowing transforms.windowing.GlobalWindows{}, lateness 0 ms,\
             trigger DefaultTrigger, DISCARDING_FIRED_PANES, timestamp END_OF_WINDOW,\
             FIRE_IF_NON_EMPTY, FIRE_ALWAYS
            step View/View.CreatePCollectionView/View MaterializeView
            step View/View.CreatePCollectionView/WithVoidKey WithVoidKey
            step Window/Window.Assign AssignWindows
            """));
  }

  @Test
  void textCanBeReadBack() {
    assertThat(PlanFingerprint.parse(usual().text()), is(usual()));
  }

  @Test
  void otherTextIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> PlanFingerprint.parse("something else"));
  }

  @Test
  void statelessStepsMayComeAndGo() {
    PlanFingerprint more = stateful(VarLongCoder.of(), 1, true);

    List<Difference> added = compare(usual(), more);
    List<Difference> removed = compare(more, usual());

    assertThat(added, hasSize(1));
    assertThat(added.get(0).isCompatible(), is(true));
    assertThat(added.get(0).toString(), is("step More/Map/ParMultiDo(Anonymous) is new"));
    assertThat(removed.get(0).isCompatible(), is(true));
    assertThat(removed.get(0).toString(), is("step More/Map/ParMultiDo(Anonymous) is gone"));
  }

  @Test
  void changedStateIsRefused() {
    List<Difference> differences = compare(usual(), stateful(VarIntCoder.of(), 1, false));

    assertThat(differences, hasSize(1));
    assertThat(differences.get(0).isCompatible(), is(false));
    assertThat(
        differences.get(0).toString(),
        allOf(
            containsString("state last of step Stateful"),
            containsString("stored value org.apache.beam.sdk.coders.VarLongCoder"),
            containsString("wanted value org.apache.beam.sdk.coders.VarIntCoder")));
  }

  @Test
  void changedWindowingIsRefused() {
    List<Difference> differences = compare(usual(), stateful(VarLongCoder.of(), 2, false));

    assertThat(
        differences.stream().filter(d -> !d.isCompatible()).map(Difference::cell).toList(),
        is(List.of("windowing", "windows")));
  }

  private static PlanFingerprint grouped(Window<Long> windowing, boolean specialized) {
    Pipeline pipeline = Plans.pipeline();
    pipeline
        .apply("Numbers", GenerateSequence.from(0).to(5))
        .apply("Window", windowing)
        .apply("Keys", WithKeys.of("k"))
        .apply("Group", GroupByKey.create());
    return PlanFingerprint.of(
        PipelineTranslator.translate(pipeline, new TranslationOptions("test", 8, 2, specialized)));
  }

  private static Window<Long> fixed() {
    return Window.into(FixedWindows.of(Duration.standardMinutes(1)));
  }

  private static Window<Long> sessions() {
    return Window.into(Sessions.withGapDuration(Duration.standardMinutes(1)));
  }

  @Test
  void anotherAggregatorIsAnotherIdentity() {
    List<Difference> differences = compare(grouped(fixed(), true), grouped(fixed(), false));

    assertThat(differences, hasSize(1));
    assertThat(differences.get(0).cell(), is("aggregator"));
    assertThat(differences.get(0).isCompatible(), is(false));
  }

  @Test
  void aFlagThatChangesNoAggregatorChangesNoIdentity() {
    assertThat(grouped(sessions(), true), is(grouped(sessions(), false)));
  }

  private static String writtenAs(String aggregator, PlanFingerprint identity) {
    return identity.text().replaceAll("(aggregator\t).*", "$1" + aggregator);
  }

  /** Older versions wrote down the flag, whatever aggregator was used. */
  @Test
  void tablesOfOlderVersionsAreUnderstood() {
    PlanFingerprint today = grouped(fixed(), true);
    String old = writtenAs("made for the windowing", today);

    assertThat(today.incompatibilities(old), is(empty()));
    assertThat(grouped(fixed(), false).incompatibilities(old), hasSize(1));
  }

  @Test
  void groupingsThatRanOnTheMachineryOfBeamAreToBeDrained() {
    for (Window<Long> windowing :
        List.of(
            sessions(),
            fixed()
                .triggering(AfterWatermark.pastEndOfWindow())
                .discardingFiredPanes()
                .withAllowedLateness(Duration.ZERO),
            fixed().withAllowedLateness(Duration.millis(10)).discardingFiredPanes(),
            fixed().withTimestampCombiner(TimestampCombiner.EARLIEST))) {
      PlanFingerprint today = grouped(windowing, true);
      for (String aggregator : List.of("general", "made for the windowing")) {
        assertThat(
            today.incompatibilities(writtenAs(aggregator, today)),
            contains(
                allOf(
                    containsString("step Group "),
                    containsString("drain the pipeline with the version that wrote"))));
      }
    }
    PlanFingerprint general = grouped(fixed(), false);
    assertThat(
        general.incompatibilities(writtenAs("general", general)),
        contains(containsString("drain the pipeline")));
  }

  @Test
  void lostStateIsRefused() {
    Pipeline pipeline = Plans.pipeline();
    pipeline.apply("Numbers", GenerateSequence.from(0).to(5));

    List<Difference> differences = compare(usual(), PlanFingerprint.of(Plans.translate(pipeline)));

    Difference group =
        differences.stream().filter(d -> d.step().equals("Group")).findFirst().orElseThrow();
    assertThat(group.kind(), is(Difference.Kind.LOST));
    assertThat(group.isCompatible(), is(false));
  }

  static final class Stateful<T> extends DoFn<KV<String, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    private final StateSpec<ValueState<T>> last;

    @TimerId("flush")
    @SuppressWarnings("unused")
    private final TimerSpec flush = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    Stateful(Coder<T> coder) {
      this.last = StateSpecs.value(coder);
    }

    @ProcessElement
    public void process(@Element KV<String, Long> pair) {}

    @OnTimer("flush")
    public void onFlush() {}
  }
}
