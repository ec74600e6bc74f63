package dev.microbatch.translation.fingerprint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.translation.Plans;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.PeriodicImpulse;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // CountingSource: what is read without an IO around it
class SourceFingerprintTest {

  private static final long NOW = 1_700_000_000_000L;

  /** The identities of the sources of a pipeline that is built each time. */
  private static Map<String, SourceIdentity> sources(Consumer<Pipeline> build) {
    Pipeline pipeline = Plans.pipeline();
    build.accept(pipeline);
    return Plans.translate(pipeline).sources();
  }

  private static void assertSame(Consumer<Pipeline> build) {
    Map<String, SourceIdentity> sources = sources(build);
    assertThat(sources, is(not(aMapWithSize(0))));
    assertThat(sources(build), is(sources));
  }

  private static Map<String, String> shown(Consumer<Pipeline> build) {
    Map<String, String> shown = new TreeMap<>();
    sources(build).values().forEach(source -> shown.putAll(source.shown()));
    return shown;
  }

  @Test
  void aPipelineThatIsBuiltAgainHasTheSameSources() {
    assertSame(p -> p.apply(TextIO.read().from("/tmp/*.log").withDelimiter(new byte[] {';'})));
    assertSame(p -> p.apply(GenerateSequence.from(0).to(9)));
    assertSame(
        p ->
            p.apply(
                GenerateSequence.from(0)
                    .withRate(5, Duration.standardSeconds(1))
                    .withTimestampFn(n -> Instant.ofEpochMilli(n))));
    assertSame(p -> p.apply(Read.from(CountingSource.unbounded())));
    assertSame(p -> p.apply(Create.of("a", "b")));
    assertSame(p -> p.apply(Create.of("a")));
    assertSame(p -> p.apply(Create.empty(StringUtf8Coder.of())));
    assertSame(p -> p.apply(Create.timestamped(List.of("a", "b"), List.of(1L, 2L))));
  }

  @Test
  void whatBeamCreatesAtTheTimeOfTheStartDoesNotCount() {
    assertThat(
        shown(p -> p.apply(PeriodicImpulse.create().startAt(Instant.ofEpochMilli(1)))),
        is(shown(p -> p.apply(PeriodicImpulse.create().startAt(Instant.ofEpochMilli(2))))));
  }

  @Test
  void anItemThatTwoLevelsShowStandsThereOnce() {
    Map<String, String> shown = shown(p -> p.apply(TextIO.read().from("/tmp/*.log")));

    assertThat(shown, hasKey("filePattern"));
    assertThat(shown, not(hasKey("source.filePattern")));
  }

  @Test
  void otherValuesAreAnotherSource() {
    Map<String, String> a = shown(p -> p.apply(TextIO.read().from("/a")));
    Map<String, String> b = shown(p -> p.apply(TextIO.read().from("/b")));

    assertThat(a.keySet(), is(b.keySet()));
    assertThat(a.get("filePattern"), is(not(b.get("filePattern"))));
    assertThat(
        shown(p -> p.apply(Create.of("a", "b"))),
        is(not(shown(p -> p.apply(Create.of("a", "c"))))));
    assertThat(shown(p -> p.apply(Create.of("a"))), is(not(shown(p -> p.apply(Create.of("b"))))));
  }

  @Test
  void aLimitedReadShowsItsLimit() {
    assertThat(
        shown(p -> p.apply(Read.from(CountingSource.unbounded()).withMaxNumRecords(5))).keySet(),
        hasItem("source.maxRecords"));
  }

  @Test
  void valuesMayComeInAnyOrder() {
    assertThat(
        shown(p -> p.apply(Create.of("a", "b"))), is(shown(p -> p.apply(Create.of("b", "a")))));
    assertThat(
        shown(p -> p.apply(Create.of(KV.of("a", 1.5), KV.of("b", 2.5)))),
        is(shown(p -> p.apply(Create.of(KV.of("b", 2.5), KV.of("a", 1.5))))));
  }

  /** A read that users have written around one of Beam's. */
  private static final class MyRead extends PTransform<PBegin, PCollection<String>> {
    private static final long serialVersionUID = 1;

    private final String table;
    private final String hidden;

    MyRead(String table, String hidden) {
      this.table = table;
      this.hidden = hidden;
    }

    @Override
    public PCollection<String> expand(PBegin begin) {
      return begin.apply("Inner", Create.of(hidden, "b"));
    }

    @Override
    public void populateDisplayData(DisplayData.Builder builder) {
      builder.add(DisplayData.item("table", table));
    }
  }

  @Test
  void whatIsAroundTheReadCountsAndWhatTheUserCreatesInIt() {
    Map<String, String> shown = shown(p -> p.apply(new MyRead("t", "a")));

    assertThat(shown, hasKey("table"));
    assertThat(shown, is(not(shown(p -> p.apply(new MyRead("u", "a"))))));
    assertThat(shown, is(not(shown(p -> p.apply(new MyRead("t", "c"))))));
    assertThat(shown, is(shown(p -> p.apply(new MyRead("t", "a")))));
  }

  private static String hash(DisplayData.ItemSpec<?> item, long now) {
    ShownItems items = new ShownItems("step", now);
    items.add("component", DisplayData.from(builder -> builder.add(item)));
    return items.hashes().get("item");
  }

  private static String hash(String value) {
    return hash(DisplayData.item("item", value), NOW);
  }

  @Test
  void theTimeOfTheStartIsTheSameInEveryRun() {
    long later = NOW + TimeUnit.DAYS.toMillis(3);
    String then = hash(DisplayData.item("item", Instant.ofEpochMilli(NOW - 5)), NOW);

    assertThat(hash(DisplayData.item("item", Instant.ofEpochMilli(later - 9)), later), is(then));
    assertThat(hash(DisplayData.item("item", Instant.ofEpochMilli(NOW - 5)), later), is(not(then)));
    assertThat(
        hash(DisplayData.item("item", later), later), is(hash(DisplayData.item("item", NOW), NOW)));
  }

  @Test
  void hashCodesOfObjectsAndAddressesOfLambdasDoNotCount() {
    assertThat(hash("of com.example.My$Policy@1a2b3c"), is(hash("of com.example.My$Policy@4d5e")));
    assertThat(hash("[B@1a2b3c"), is(hash("[B@99")));
    assertThat(
        hash("com.example.Main$$Lambda$14/0x00007f@1a2b"),
        is(hash("com.example.Main$$Lambda$15/0x00008e@3c4d")));
    assertThat(hash("joe@beef"), is(not(hash("joe@cafe"))));
    assertThat(hash("a.b@beef.org"), is(not(hash("a.b@cafe.org"))));
  }

  @Test
  void theSameValueHasAnotherHashInAnotherStep() {
    assertThat(
        Hashes.half("one", "password", new byte[] {1}),
        is(not(Hashes.half("other", "password", new byte[] {1}))));
  }
}
