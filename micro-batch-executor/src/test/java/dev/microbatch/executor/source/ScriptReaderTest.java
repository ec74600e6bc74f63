package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.TestStream;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class ScriptReaderTest {

  private final List<Object> out = new ArrayList<>();

  private long read(ScriptReader reader) {
    return reader.read(
        new Portion(Long.MAX_VALUE, Long.MAX_VALUE, () -> false), (value, meta) -> out.add(value));
  }

  @Test
  void playsAnEventAtATimeAndIsThenAtTheEndOfTime() {
    ScriptReader reader =
        new ScriptReader(
            TestStream.create(VarIntCoder.of())
                .addElements(1, 2)
                .advanceWatermarkTo(Instant.ofEpochMilli(5))
                .advanceProcessingTime(Duration.millis(7))
                .advanceWatermarkToInfinity(),
            0,
            false);

    assertThat(read(reader), is(2L));
    assertThat(reader.watermark(), is(EventTime.MIN));
    read(reader);
    assertThat(reader.watermark(), is(5L));
    assertThat(reader.takeClockAdvance(), is(0L));
    read(reader);
    assertThat(reader.takeClockAdvance(), is(7L));
    assertThat("is told once", reader.takeClockAdvance(), is(0L));
    assertThat(reader.isDone(), is(false));
    read(reader);
    assertThat(reader.isDone(), is(true));
    assertThat(out, contains(1, 2));
  }

  @Test
  void endsWhereItIsWhenItIsDrained() {
    ScriptReader reader =
        new ScriptReader(
            TestStream.create(VarIntCoder.of())
                .addElements(1)
                .addElements(2)
                .advanceWatermarkToInfinity(),
            0,
            false);
    read(reader);

    reader.drain();

    assertThat(reader.isDone(), is(true));
    assertThat(reader.hasMore(), is(false));
    assertThat(out, contains(1));
  }
}
