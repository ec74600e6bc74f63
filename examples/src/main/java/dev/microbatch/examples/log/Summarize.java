package dev.microbatch.examples.log;

import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * JSON, over several lines, of the figures of a whole log: its lines, how many of them were
 * requests and malformed, the traffic, the sessions, and some reasons why lines are malformed.
 */
public final class Summarize extends DoFn<Traffic, String> {
  private static final long serialVersionUID = 1L;

  /** How many different reasons are told. */
  private static final int REASONS = 3;

  private final PCollectionView<Long> malformed;
  private final PCollectionView<List<String>> reasons;
  private final PCollectionView<Long> sessions;

  /**
   * The function. It needs these views as side inputs.
   *
   * @param malformed the number of malformed lines
   * @param reasons of some of these lines
   * @param sessions the number of sessions
   */
  public Summarize(
      PCollectionView<Long> malformed,
      PCollectionView<List<String>> reasons,
      PCollectionView<Long> sessions) {
    this.malformed = malformed;
    this.reasons = reasons;
    this.sessions = sessions;
  }

  /** Called by Beam. */
  @ProcessElement
  public void processElement(ProcessContext context) {
    Traffic traffic = context.element();
    long malformedLines = context.sideInput(malformed);
    context.output(
        Json.pretty(
            new Summary(
                traffic.requests() + malformedLines,
                malformedLines,
                traffic.requests(),
                traffic.bytes(),
                traffic.meanBytes(),
                traffic.distinctClients(),
                traffic.clientErrors(),
                traffic.serverErrors(),
                traffic.errorRate(),
                context.sideInput(sessions),
                context.sideInput(reasons).stream().distinct().limit(REASONS).toList())));
  }

  private record Summary(
      long lines,
      long malformed,
      long requests,
      long bytes,
      double meanBytes,
      long distinctClients,
      long clientErrors,
      long serverErrors,
      double errorRate,
      long sessions,
      List<String> reasons) {}
}
