package dev.microbatch.examples.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class CodersTest {
  private static final AccessRecord REQUEST =
      new AccessRecord("10.0.0.1", 1_777_615_200_000L, 404, 12_345);

  @Test
  void valuesSurviveEncoding() throws CoderException {
    assertSurvives(AccessRecordCoder.of(), REQUEST);
    assertSurvives(TrafficCoder.of(), new Traffic(1, 1L << 60, 3, 4, 5));
    assertSurvives(SessionCoder.of(), new Session(2, -1, 1_777_615_200_000L));
    assertSurvives(SessionCoder.of(), Session.NONE);
  }

  @Test
  void accumulatorsSurviveEncodingAndCanBeAddedTo() throws CoderException {
    TrafficAccumulator accumulator = new TrafficAccumulator();
    accumulator.add(REQUEST);
    accumulator.add(new AccessRecord("::1", 0, 500, 5));

    TrafficAccumulator copy = CoderUtils.clone(TrafficAccumulatorCoder.of(), accumulator);
    assertThat(copy.toTraffic(), equalTo(accumulator.toTraffic()));

    copy.add(REQUEST);
    assertThat(copy.toTraffic(), equalTo(new Traffic(3, 24_695, 2, 1, 2)));
    assertThat(accumulator.toTraffic(), equalTo(new Traffic(2, 12_350, 1, 1, 2)));
  }

  @Test
  void codersSurviveSerialization() {
    assertSerializable(AccessRecordCoder.of());
    assertSerializable(TrafficCoder.of());
    assertSerializable(TrafficAccumulatorCoder.of());
    assertSerializable(SessionCoder.of());
  }

  @Test
  void aRequestTakesFewBytes() throws CoderException {
    assertThat(CoderUtils.encodeToByteArray(AccessRecordCoder.of(), REQUEST).length, lessThan(21));
  }

  @Test
  void accumulatorsAreNoKeys() {
    assertThrows(
        Coder.NonDeterministicException.class,
        () -> TrafficAccumulatorCoder.of().verifyDeterministic());
  }

  private static <T> void assertSurvives(Coder<T> coder, T value) throws CoderException {
    assertThat(CoderUtils.clone(coder, value), equalTo(value));
  }

  private static void assertSerializable(Coder<?> coder) {
    Coder<?> copy = SerializableUtils.ensureSerializable(coder);
    assertThat(copy.equals(coder), is(true));
    assertThat(copy.hashCode(), is(coder.hashCode()));
  }
}
