package dev.microbatch.benchmarks.workload;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * Count.perKey in sessions. The keys take turns; each has ten records a few seconds apart, then a
 * pause of more than the gap, and so on.
 *
 * @param size how many records
 * @param keys how many keys
 */
record SessionCount(long size, int keys) implements Workload {

  private static final int PER_SESSION = 10;
  private static final long GAP_MILLIS = 30_000;
  private static final long STEP_MILLIS = 3_000;
  private static final long JITTER_MILLIS = 1_000;
  private static final long SESSION_MILLIS = 120_000;

  @Override
  public String name() {
    return "B6";
  }

  @Override
  public String description() {
    return "Count.perKey in sessions of " + PER_SESSION + " records, " + keys + " keys";
  }

  private static long time(long number, int keys) {
    long turn = number / keys;
    return turn / PER_SESSION * SESSION_MILLIS
        + turn % PER_SESSION * STEP_MILLIS
        + Numbers.below(number, JITTER_MILLIS);
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size))
        .apply("Key", ParDo.of(new KeyFn(keys)))
        .apply(Window.into(Sessions.withGapDuration(Duration.millis(GAP_MILLIS))))
        .apply(Count.perKey())
        .apply(
            Tally.withTimestamps(
                (count, timestamp) -> Numbers.digest(count.getKey(), count.getValue(), timestamp)));
  }

  @Override
  public Outcome expected() {
    Outcome outcome = Outcome.EMPTY;
    for (int key = 0; key < keys; key++) {
      long count = 0;
      for (long number = key; number < size; number += keys) {
        count++;
        if (count == PER_SESSION || number + keys >= size) {
          long end = time(number, keys) + GAP_MILLIS - 1;
          outcome = outcome.plus(Outcome.of(Numbers.digest(key, count, end)));
          count = 0;
        }
      }
    }
    return outcome;
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final int keys;

    KeyFn(int keys) {
      this.keys = keys;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.outputWithTimestamp(
          KV.of(number % keys, number), Instant.ofEpochMilli(time(number, keys)));
    }
  }
}
