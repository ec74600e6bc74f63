package dev.microbatch.examples.log;

import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * One line of JSON for each session: the client, the times of its first and last request, the
 * seconds between them, the number of requests. A session ends when the client is silent for the
 * gap.
 */
public final class SessionsPerClient
    extends PTransform<PCollection<AccessRecord>, PCollection<String>> {
  private static final long serialVersionUID = 1L;

  private final Duration gap;

  /**
   * The transform.
   *
   * @param gap a request that comes this long after another, or later, begins a new session
   */
  public SessionsPerClient(Duration gap) {
    this.gap = gap;
  }

  @Override
  public PCollection<String> expand(PCollection<AccessRecord> requests) {
    return requests
        .apply("KeyByClient", ParDo.of(new KeyByClient()))
        .apply("Window", Window.into(Sessions.withGapDuration(gap)))
        .apply("Session", Combine.perKey(new SessionFn()))
        .apply("Format", ParDo.of(new FormatSession()));
  }

  private static final class KeyByClient extends DoFn<AccessRecord, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element AccessRecord request, OutputReceiver<KV<String, Long>> out) {
      out.output(KV.of(request.client(), request.time()));
    }
  }

  private static final class FormatSession extends DoFn<KV<String, Session>, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element KV<String, Session> clientSession, OutputReceiver<String> lines) {
      Session session = clientSession.getValue();
      lines.output(
          Json.line(
              new Row(
                  clientSession.getKey(),
                  Instant.ofEpochMilli(session.first()).toString(),
                  Instant.ofEpochMilli(session.last()).toString(),
                  (session.last() - session.first()) / 1000,
                  session.requests())));
    }
  }

  private record Row(String client, String first, String last, long seconds, long requests) {}
}
