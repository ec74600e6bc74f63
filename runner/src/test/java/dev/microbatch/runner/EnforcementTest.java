package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.util.IllegalMutationException;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("serial") // functions that live as long as a test
class EnforcementTest {

  private static Pipeline pipeline(String runner, String... more) {
    List<String> args = new ArrayList<>(List.of("--runner=" + runner, "--parallelism=2"));
    args.addAll(Arrays.asList(more));
    return Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
  }

  private static Pipeline checked() {
    return pipeline("TestMicroBatchRunner");
  }

  private static void assertChanged(Pipeline pipeline, String step, String what) {
    StepFailedException failed = assertThrows(StepFailedException.class, pipeline::run);
    assertThat(failed.getCause(), instanceOf(IllegalMutationException.class));
    assertThat(failed.stepName(), containsString(step));
    assertThat(failed.getMessage(), containsString(what));
  }

  /** Changes its input. */
  static final class ChangesInput extends DoFn<byte[], byte[]> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element byte[] element) {
      element[0]++;
    }
  }

  @Test
  void findsAChangedInput() {
    Pipeline pipeline = checked();
    pipeline.apply(Create.of(new byte[] {1})).apply("Change", ParDo.of(new ChangesInput()));
    assertChanged(pipeline, "Change", "must not change its input");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MicroBatchRunner",
        "TestMicroBatchRunner --verifyEncodability=false --verifyImmutability=false"
      })
  void looksForNothingUnlessAsked(String args) {
    String[] split = args.split(" ");
    Pipeline pipeline = pipeline(split[0], Arrays.copyOfRange(split, 1, split.length));
    pipeline.apply(Create.of(new byte[] {1})).apply("Change", ParDo.of(new ChangesInput()));
    assertThat(pipeline.run().waitUntilFinish(), is(State.DONE));
  }

  /**
   * A word that is equal to those that have the same number, whatever they say.
   *
   * @param number the number
   * @param letters what it says, and what may be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // so that it can be changed
  record Word(int number, byte[] letters) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Word word && word.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  /** Claims to be consistent with equals. */
  static final class WordCoder extends AtomicCoder<Word> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Word word, OutputStream out) throws IOException {
      VarIntCoder.of().encode(word.number(), out);
      ByteArrayCoder.of().encode(word.letters(), out);
    }

    @Override
    public Word decode(InputStream in) throws IOException {
      return new Word(VarIntCoder.of().decode(in), ByteArrayCoder.of().decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }

  /** Changes what its input says. */
  static final class ChangesWord extends DoFn<Word, Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Word word) {
      word.letters()[0]++;
    }
  }

  @Test
  void findsAChangeThatEqualsDoesNotSee() {
    Pipeline pipeline = checked();
    pipeline
        .apply(Create.of(new Word(1, new byte[] {1})).withCoder(new WordCoder()))
        .apply("Change", ParDo.of(new ChangesWord()));
    assertChanged(pipeline, "Change", "must not change its input");
  }

  /** Changes its input, and keeps state. */
  static final class ChangesKeyedInput extends DoFn<KV<String, byte[]>, byte[]> {
    private static final long serialVersionUID = 1L;

    @StateId("seen")
    private final StateSpec<ValueState<Integer>> seen = StateSpecs.value(VarIntCoder.of());

    @ProcessElement
    public void process(
        @Element KV<String, byte[]> element, @StateId("seen") ValueState<Integer> state) {
      state.write(1);
      element.getValue()[0]++;
    }
  }

  @Test
  void findsAChangedInputOfAStatefulDoFn() {
    Pipeline pipeline = checked();
    pipeline
        .apply(Create.of(new byte[] {1}))
        .apply(WithKeys.of("key"))
        .apply("Change", ParDo.of(new ChangesKeyedInput()));
    assertChanged(pipeline, "Change", "must not change its input");
  }

  @Test
  void findsAChangedInputThatWaitedForASideInput() {
    Pipeline pipeline = checked();
    PCollectionView<Integer> view = pipeline.apply(Create.of(1)).apply(View.asSingleton());
    pipeline
        .apply("Bytes", Create.of(new byte[] {1}))
        .apply("Change", ParDo.of(new ChangesInput()).withSideInputs(view));
    assertChanged(pipeline, "Change", "must not change its input");
  }

  /** Changes what it has output. */
  static final class ChangesOutput extends DoFn<Integer, byte[]> {
    private static final long serialVersionUID = 1L;

    private byte[] last = {0};

    @ProcessElement
    public void process(OutputReceiver<byte[]> out) {
      last = new byte[] {1};
      out.output(last);
    }

    @FinishBundle
    public void finish() {
      last[0]++;
    }
  }

  @Test
  void findsAChangedOutput() {
    Pipeline pipeline = checked();
    pipeline.apply(Create.of(1)).apply("Change", ParDo.of(new ChangesOutput()));
    assertChanged(pipeline, "Change", "after it was output");
  }

  /** Encodes lower case only. */
  static final class LowerCaseCoder extends CustomCoder<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      if (!value.equals(value.toLowerCase(java.util.Locale.ROOT))) {
        throw new IOException("I cannot shout");
      }
      StringUtf8Coder.of().encode(value, out);
    }

    @Override
    public String decode(InputStream in) throws IOException {
      return StringUtf8Coder.of().decode(in);
    }
  }

  /** Repeats its input in upper case. */
  static final class Shout extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> out) {
      out.output(element.toUpperCase(java.util.Locale.ROOT));
    }
  }

  @Test
  void namesTheStepAndTheCoderThatFails() {
    Pipeline pipeline = checked();
    pipeline
        .apply(Create.of("hello"))
        .apply("Shout", ParDo.of(new Shout()))
        .setCoder(new LowerCaseCoder());
    StepFailedException failed = assertThrows(StepFailedException.class, pipeline::run);
    assertThat(failed.stepName(), containsString("Shout"));
    assertThat(failed.getMessage(), containsString(LowerCaseCoder.class.getName()));
    assertThat(rootCause(failed).getMessage(), containsString("I cannot shout"));
  }

  private static Throwable rootCause(Throwable failure) {
    return failure.getCause() == null ? failure : rootCause(failure.getCause());
  }

  /** Changes its input, having made it its own. */
  static final class ChangesCopy extends DoFn<byte[], Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element byte[] element, OutputReceiver<Integer> out) {
      byte[] copy = element.clone();
      copy[0]++;
      out.output((int) copy[0]);
    }
  }

  @Test
  void letsGoodStepsPass() {
    Pipeline pipeline = checked();
    pipeline
        .apply(Create.of(new byte[] {1}, new byte[] {2}))
        .apply(ParDo.of(new ChangesCopy()))
        .setTypeDescriptor(TypeDescriptors.integers());
    assertThat(pipeline.run().waitUntilFinish(), is(State.DONE));
  }
}
