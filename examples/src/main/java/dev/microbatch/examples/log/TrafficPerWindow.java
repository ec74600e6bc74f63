package dev.microbatch.examples.log;

import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.PCollection;

/**
 * One line of JSON for each window that has requests: start and end of the window, number of
 * requests, mean size of the answers in bytes, distinct clients, share of errors.
 */
public final class TrafficPerWindow
    extends PTransform<PCollection<AccessRecord>, PCollection<String>> {
  private static final long serialVersionUID = 1L;

  private final WindowFn<Object, IntervalWindow> windows;

  /**
   * The transform.
   *
   * @param windows windows with a start and an end, such as fixed or sliding ones
   */
  public TrafficPerWindow(WindowFn<Object, IntervalWindow> windows) {
    this.windows = windows;
  }

  @Override
  public PCollection<String> expand(PCollection<AccessRecord> requests) {
    return requests
        .apply("Window", Window.into(windows))
        .apply("Traffic", Combine.globally(new TrafficFn()).withoutDefaults())
        .apply("Format", ParDo.of(new FormatTraffic()));
  }

  private static final class FormatTraffic extends DoFn<Traffic, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element Traffic traffic, IntervalWindow window, OutputReceiver<String> lines) {
      lines.output(
          Json.line(
              new Row(
                  window.start().toString(),
                  window.end().toString(),
                  traffic.requests(),
                  traffic.meanBytes(),
                  traffic.distinctClients(),
                  traffic.errorRate())));
    }
  }

  private record Row(
      String start,
      String end,
      long requests,
      double meanBytes,
      long distinctClients,
      double errorRate) {}
}
