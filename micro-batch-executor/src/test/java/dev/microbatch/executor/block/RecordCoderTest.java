package dev.microbatch.executor.block;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.apache.beam.sdk.values.CausedByDrain;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** The form of a record with its metadata, which checkpoints hold. */
class RecordCoderTest {

  @SuppressWarnings("unchecked")
  private static final RecordCoder CODER =
      new RecordCoder(
          (Coder<Object>) (Coder<?>) StringUtf8Coder.of(),
          (Coder<BoundedWindow>) (Coder<?>) IntervalWindow.getCoder());

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private static void assertForm(String value, Meta meta, String hex) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CODER.encode(value, meta, out);
    assertThat(HexFormat.of().formatHex(out.toByteArray()), is(hex.replace(" ", "")));
    RecordCoder.Decoded decoded = CODER.decode(new ByteArrayInputStream(out.toByteArray()));
    assertThat(decoded.value(), is(value));
    assertThat(decoded.meta(), is(meta));
  }

  @Test
  void theFormNeverChangesBecauseCheckpointsHoldIt() throws Exception {
    assertForm(
        "ab",
        Meta.of(258, window(0, 1000), PaneInfo.NO_FIRING),
        "0000000000000102 01 80000000000003e8 e807 0f 00 02 6162");
    assertForm(
        "",
        Meta.of(
                -1,
                List.of(window(0, 2), window(1, 3)),
                PaneInfo.createPane(false, true, Timing.LATE, 3, 1))
            .withRecordId("id", 7L)
            .withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN),
        "ffffffffffffffff 02 8000000000000002 02 8000000000000003 02"
            + " 2a0301 07 0002 6964 0000000000000007 00");
  }
}
