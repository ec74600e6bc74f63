package dev.microbatch.examples.log;

import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** What {@link ParseAccessLog} does with each line. */
final class ParseLine extends DoFn<String, AccessRecord> {
  private static final long serialVersionUID = 1L;

  private final Counter requests = Metrics.counter(ParseAccessLog.class, "requests");
  private final Counter malformed = Metrics.counter(ParseAccessLog.class, "malformed");

  private transient @Nullable AccessLogParser parser;
  private transient @Nullable SharedStrings clients;

  /** Called by Beam. */
  @Setup
  public void setup() {
    parser = new AccessLogParser();
    clients = new SharedStrings();
  }

  /** Called by Beam. */
  @ProcessElement
  public void processElement(@Element String line, MultiOutputReceiver out) {
    AccessRecord request;
    try {
      request = parser.parse(line);
    } catch (MalformedLineException e) {
      malformed.inc();
      out.get(ParseAccessLog.MALFORMED).output(KV.of(line, e.getMessage()));
      return;
    }
    requests.inc();
    AccessRecord shared =
        new AccessRecord(
            clients.share(request.client()), request.time(), request.status(), request.bytes());
    out.get(ParseAccessLog.REQUESTS)
        .outputWithTimestamp(shared, Instant.ofEpochMilli(request.time()));
  }
}
