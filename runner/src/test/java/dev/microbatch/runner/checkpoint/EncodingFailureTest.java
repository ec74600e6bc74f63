package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.runner.ImpatientClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.logging.Level;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;

/** A coder of the user fails while a commit is written. */
class EncodingFailureTest {

  /** Refuses a number when it is to be written. */
  private static final class Picky extends CustomCoder<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Long value, OutputStream out) throws IOException {
      if (value == 13) {
        throw new CoderException("no thirteens");
      }
      VarLongCoder.of().encode(value, out);
    }

    @Override
    public Long decode(InputStream in) throws IOException {
      return VarLongCoder.of().decode(in);
    }
  }

  private static final class Last extends DoFn<KV<Long, Long>, Void> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(new Picky());

    @ProcessElement
    public void process(@Element KV<Long, Long> in, @StateId("last") ValueState<Long> last) {
      last.write(in.getValue());
    }
  }

  private static final class Stable extends DoFn<Long, Void> {
    private static final long serialVersionUID = 1L;

    @RequiresStableInput
    @ProcessElement
    public void process() {}
  }

  /** Fails a pipeline, and says with what. Its batch is run again once: an outage has no part. */
  private static StepException failureOf(Pipeline pipeline) {
    PlanExecution execution =
        new Execution(pipeline)
            .start("picky", new MemoryStore(), new ImpatientClock(), new RetryPolicy(1, 300_000));
    try (Log log = Log.of("dev.microbatch.executor")) {
      StepException failure = assertThrows(StepException.class, execution::run);
      assertThat(execution.restores(), is(1));
      assertThat(log.messages(Level.WARNING, "Writing commit"), is(empty()));
      return failure;
    }
  }

  @Test
  void aStateThatCannotBeEncodedIsTheFailureOfItsStep() {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Range", Read.from(new RangeSource(0, 14)))
        .apply(WithKeys.of(1L))
        .setCoder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()))
        .apply("Last", ParDo.of(new Last()));

    StepException failure = failureOf(pipeline);

    assertThat(failure.stepName(), containsString("Last"));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("Cannot encode the state 'last'"),
            containsString("key group "),
            containsString("no thirteens"),
            containsString("the check of encodability")));
  }

  @Test
  void aRecordThatCannotBeEncodedWhileItWaitsIsTheFailureOfTheStepThatItWaitsFor() {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Range", Read.from(new RangeSource(0, 14)))
        .setCoder(new Picky())
        .apply("Stable", ParDo.of(new Stable()));

    StepException failure = failureOf(pipeline);

    assertThat(failure.stepName(), containsString("Stable"));
    assertThat(failure.getMessage(), containsString("Cannot encode a record that waits for "));
  }
}
