package dev.microbatch.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.DefaultValueFactory;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** Options of {@link LogReport}. */
@Description("Reports on access logs of a web server: traffic by minute, and sessions.")
public interface LogReportOptions extends PipelineOptions {

  /** What to read: a file or a pattern of Beam's, plain or compressed. */
  @Description(
      "Access logs to read, in the Common or the Combined Log Format: a file or a pattern of"
          + " files, plain or compressed (.gz, .bz2, .zip ...)."
          + " Default: a sample that ships with the examples.")
  @Default.InstanceFactory(SampleLog.class)
  String getInputFile();

  /** Sets {@link #getInputFile()}. */
  void setInputFile(String inputFile);

  /** How the names of the output files begin. */
  @Description(
      "How the names of the output files begin, such as /tmp/report."
          + " Default: report in a new temporary directory.")
  @Default.InstanceFactory(TemporaryReport.class)
  String getOutput();

  /** Sets {@link #getOutput()}. */
  void setOutput(String output);

  /** How long a client is silent before its next request begins a new session, in minutes. */
  @Description(
      "How long a client is silent before its next request begins a new session, in minutes.")
  @Default.Integer(30)
  int getSessionGapMinutes();

  /** Sets {@link #getSessionGapMinutes()}. */
  void setSessionGapMinutes(int sessionGapMinutes);

  /** Of how many malformed lines in a hundred a report can still be made. */
  @Description(
      "Of how many malformed lines in a hundred a report is still worth something: if there are"
          + " more, it is written all the same, but the run says why and ends with exit status 3."
          + " Fractions are fine; 100 accepts any log.")
  @Default.Double(50)
  double getMaxMalformedPercent();

  /** Sets {@link #getMaxMalformedPercent()}. */
  void setMaxMalformedPercent(double maxMalformedPercent);

  /** A copy of the sample log. */
  class SampleLog implements DefaultValueFactory<String> {
    @Override
    public String create(PipelineOptions options) {
      return Samples.copy("sample-access.log.gz");
    }
  }

  /** A prefix in a new directory. */
  class TemporaryReport implements DefaultValueFactory<String> {
    @Override
    public String create(PipelineOptions options) {
      try {
        return Files.createTempDirectory("microbatch-log-report-").resolve("report").toString();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot make a temporary directory. Give --output", e);
      }
    }
  }
}
