package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.plan.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** The kit passes what is right, and each of its modes finds what is wrong there. */
class StageHarnessTest {

  private static final Coder<KV<String, Integer>> PAIRS =
      KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());

  private static StageHarness harness(DoFn<?, ?> fn, Exchange.Kind kind, Coder<?> coder) {
    return StageHarness.of(
        OneStage.taking(kind, coder, GlobalWindow.Coder.INSTANCE)
            .step(
                "Do",
                OneStage.parDo(fn, coder, coder, WindowingStrategy.globalDefault(), false),
                coder)
            .to(GlobalWindow.Coder.INSTANCE));
  }

  private static Scenario pairs() {
    return new Scenario()
        .record(KV.of("a", 1), 1)
        .record(KV.of("b", 2), 2)
        .record(KV.of("a", 3), 3)
        .end(3)
        .record(KV.of("a", 4), 4)
        .endOfTime();
  }

  private static String failure(StageHarness harness, Scenario scenario) {
    return assertThrows(AssertionError.class, () -> harness.check(scenario)).getMessage();
  }

  private static final class SameFn extends DoFn<KV<String, Integer>, KV<String, Integer>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Integer> pair, OutputReceiver<KV<String, Integer>> output) {
      output.output(pair);
    }
  }

  @Test
  void whatIsTheSameEverywherePasses() throws IOException {
    for (Exchange.Kind kind : Exchange.Kind.values()) {
      if (kind != Exchange.Kind.BROADCAST) {
        StageHarness.Result result = harness(new SameFn(), kind, PAIRS).check(pairs());
        assertThat(result.values(0), contains(KV.of("a", 1), KV.of("b", 2), KV.of("a", 3)));
        assertThat(result.values(1), contains(KV.of("a", 4)));
      }
    }
  }

  /** Keeps something in the instance, which a commit does not hold. */
  private static final class CountingFn extends DoFn<KV<String, Integer>, KV<String, Integer>> {
    private static final long serialVersionUID = 1L;
    private int count;

    @ProcessElement
    public void process(
        @Element KV<String, Integer> pair, OutputReceiver<KV<String, Integer>> output) {
      output.output(KV.of(pair.getKey(), ++count));
    }
  }

  @Test
  void whatIsKeptOutsideOfStateIsFoundWhenItIsRestored() {
    String message = failure(harness(new CountingFn(), Exchange.Kind.BY_KEY, PAIRS), pairs());
    assertThat(message, startsWith("RESTORED puts out something else"));
    assertThat(message, containsString("missing [KV{a, 4}"));
  }

  @Test
  void whatOnePartitionKnowsOfAllKeysIsFoundInParallel() {
    StageHarness harness =
        harness(new CountingFn(), Exchange.Kind.BY_KEY, PAIRS)
            .without(
                "another fault",
                StageHarness.Mode.RESTORED,
                StageHarness.Mode.RESTORED_AFTER_EACH_RECORD);
    assertThat(failure(harness, pairs()), startsWith("PARALLEL puts out something else"));
  }

  /** Puts out what depends on where a bundle ends. */
  private static final class BundleFn extends DoFn<KV<String, Integer>, KV<String, Integer>> {
    private static final long serialVersionUID = 1L;
    private int sum;

    @ProcessElement
    public void process(@Element KV<String, Integer> pair) {
      sum += pair.getValue();
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      context.output(KV.of("sum", sum), new Instant(10), GlobalWindow.INSTANCE);
      sum = 0;
    }
  }

  @Test
  void whatDependsOnTheBundleIsFoundRecordByRecord() {
    String message = failure(harness(new BundleFn(), Exchange.Kind.FORWARD, PAIRS), pairs());
    assertThat(message, startsWith("ONE_RECORD_PER_BATCH puts out something else"));
  }

  /** A coder that decodes less than it was given. */
  private static final class ForgetfulCoder extends AtomicCoder<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(value.trim(), out);
    }

    @Override
    public String decode(InputStream in) throws IOException {
      return StringUtf8Coder.of().decode(in);
    }
  }

  private static final class TextFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String text, OutputReceiver<String> output) {
      output.output(text);
    }
  }

  @Test
  void aCoderThatLosesSomethingIsFoundInEncodedBlocks() {
    StageHarness harness = harness(new TextFn(), Exchange.Kind.REBALANCE, new ForgetfulCoder());
    assertThat(
        failure(harness, new Scenario().record(" a", 0).endOfTime()),
        startsWith("ENCODED puts out something else"));
  }

  @Test
  void aRecordBehindTheWatermarkIsFoundUnlessLateOnesComeIn() throws IOException {
    Scenario late = new Scenario().record("a", 5).end(10).record("b", 4).endOfTime();
    StageHarness harness = harness(new TextFn(), Exchange.Kind.FORWARD, StringUtf8Coder.of());
    assertThat(failure(harness, late), containsString("is behind the watermark 10"));
    assertThat(harness.withLateInput().check(late).values(), contains("a", "b"));
  }
}
