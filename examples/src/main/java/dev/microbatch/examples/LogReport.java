package dev.microbatch.examples;

import dev.microbatch.examples.log.AccessRecord;
import dev.microbatch.examples.log.FormatDeadLetter;
import dev.microbatch.examples.log.ParseAccessLog;
import dev.microbatch.examples.log.SessionsPerClient;
import dev.microbatch.examples.log.Summarize;
import dev.microbatch.examples.log.TrafficFn;
import dev.microbatch.examples.log.TrafficPerWindow;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sample;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;

/**
 * Reports on the access logs of a web server, by the time at which its requests came. Without
 * options it reads a sample. It prints a summary and writes, under the prefix {@code --output}:
 *
 * <dl>
 *   <dt>{@code -minutes.jsonl}
 *   <dd>requests, mean bytes, distinct clients and error rate of each minute
 *   <dt>{@code -sliding.jsonl}
 *   <dd>the same of the five minutes that begin with each minute
 *   <dt>{@code -sessions-*.jsonl}
 *   <dd>start, end, length and number of requests of each client's sessions
 *   <dt>{@code -dead-letters-*.jsonl}
 *   <dd>each line that is no entry of an access log, and why
 *   <dt>{@code -summary.json}
 *   <dd>the totals, as printed, and why some of the malformed lines are none
 * </dl>
 *
 * <p>If more of the lines are malformed than {@code --maxMalformedPercent} accepts, this is likely
 * no access log: the run says so and ends with exit status 3.
 *
 * <p>A line of a {@code .jsonl} file is a JSON object; the lines are in no particular order. See
 * {@link LogReportOptions}.
 */
public final class LogReport {
  private static final Duration MINUTE = Duration.standardMinutes(1);
  private static final Duration FIVE_MINUTES = Duration.standardMinutes(5);

  /** How many malformed lines are looked at for the reasons in the summary. */
  private static final int REASONS = 100;

  private LogReport() {}

  /**
   * Reports.
   *
   * @param args options as {@code --name=value}; {@code --help} lists them
   */
  public static void main(String[] args) {
    Example.main(Example.withRunner(args), LogReportOptions.class, LogReport::run);
  }

  static void run(LogReportOptions options) throws IOException {
    String output = options.getOutput();
    check(options);

    Pipeline pipeline = Pipeline.create(options);
    PCollectionTuple parsed =
        pipeline
            .apply("Read", TextIO.read().from(options.getInputFile()))
            .apply("Parse", new ParseAccessLog());
    PCollection<AccessRecord> requests = parsed.get(ParseAccessLog.REQUESTS);
    PCollection<KV<String, String>> malformed = parsed.get(ParseAccessLog.MALFORMED);

    requests
        .apply("Minutes", new TrafficPerWindow(FixedWindows.of(MINUTE)))
        .apply("WriteMinutes", write(output + "-minutes").withoutSharding());
    requests
        .apply("Sliding", new TrafficPerWindow(SlidingWindows.of(FIVE_MINUTES).every(MINUTE)))
        .apply("WriteSliding", write(output + "-sliding").withoutSharding());
    Duration gap = Duration.standardMinutes(options.getSessionGapMinutes());
    PCollection<String> sessions = requests.apply("Sessions", new SessionsPerClient(gap));
    sessions.apply("WriteSessions", write(output + "-sessions"));
    malformed
        .apply("DeadLetters", ParDo.of(new FormatDeadLetter()))
        .apply("WriteDeadLetters", write(output + "-dead-letters"));

    PCollection<String> summary = summarize(requests, malformed, sessions);
    summary.apply(
        "WriteSummary",
        TextIO.write().to(output + "-summary").withSuffix(".json").withoutSharding());
    summary.apply("Print", ParDo.of(new PrintLines()));
    Example.runToEnd(pipeline);
    System.out.println("The report is in " + output + "-*");
    MalformedShare.check(output, options.getMaxMalformedPercent());
  }

  private static TextIO.Write write(String prefix) {
    return TextIO.write().to(prefix).withSuffix(".jsonl");
  }

  private static PCollection<String> summarize(
      PCollection<AccessRecord> requests,
      PCollection<KV<String, String>> malformed,
      PCollection<String> sessions) {
    PCollectionView<Long> malformedCount =
        malformed.apply(
            "CountMalformed",
            Combine.globally(Count.<KV<String, String>>combineFn()).asSingletonView());
    PCollectionView<List<String>> reasons =
        malformed
            .apply("Reasons", Values.create())
            .apply("SomeReasons", Sample.any(REASONS))
            .apply("ListReasons", View.asList());
    PCollectionView<Long> sessionCount =
        sessions
            .apply("AllSessions", Window.into(new GlobalWindows()))
            .apply("CountSessions", Combine.globally(Count.<String>combineFn()).asSingletonView());
    return requests
        .apply("Total", Combine.globally(new TrafficFn()))
        .apply(
            "Summarize",
            ParDo.of(new Summarize(malformedCount, reasons, sessionCount))
                .withSideInputs(malformedCount, reasons, sessionCount));
  }

  private static void check(LogReportOptions options) throws IOException {
    if (options.getSessionGapMinutes() < 1) {
      throw new UserMistake(
          "--sessionGapMinutes=" + options.getSessionGapMinutes() + ": give 1 or more");
    }
    double percent = options.getMaxMalformedPercent();
    if (!(percent >= 0 && percent <= 100)) {
      throw new UserMistake("--maxMalformedPercent=" + percent + ": give 0 to 100");
    }
    FileOptions.checkInput("inputFile", options.getInputFile());
    FileOptions.checkOutputPrefix("output", options.getOutput());
  }
}
