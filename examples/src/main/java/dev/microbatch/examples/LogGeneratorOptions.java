package dev.microbatch.examples;

import dev.microbatch.examples.generate.LogFormat;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.Validation;

/** Options of {@link LogGenerator}. */
@Description("Writes an access log for LogReport to read.")
public interface LogGeneratorOptions extends PipelineOptions {

  /** The file to write, on a local disk. */
  @Description(
      "The file to write, on a local disk; gzipped if its name ends in .gz."
          + " Its true figures are written beside it, with .totals.json added to the name.")
  @Validation.Required
  String getOutput();

  /** Sets {@link #getOutput()}. */
  void setOutput(String output);

  /** How many lines to write. */
  @Description("How many lines to write.")
  @Default.Long(100_000)
  long getLines();

  /** Sets {@link #getLines()}. */
  void setLines(long lines);

  /** How many lines of a hundred are malformed. */
  @Description("How many lines of a hundred are malformed, on average. Fractions are fine.")
  @Default.Double(1.0)
  double getMalformedPercent();

  /** Sets {@link #getMalformedPercent()}. */
  void setMalformedPercent(double malformedPercent);

  /** What chance depends on. */
  @Description("The same seed and options give the same file.")
  @Default.Long(1)
  long getSeed();

  /** Sets {@link #getSeed()}. */
  void setSeed(long seed);

  /** How many clients there are. */
  @Description("How many clients there are. Some come often, most rarely.")
  @Default.Integer(5_000)
  int getClients();

  /** Sets {@link #getClients()}. */
  void setClients(int clients);

  /** How many requests all clients together send in a minute. */
  @Description("How many requests all clients together send in a minute, on average.")
  @Default.Integer(600)
  int getRequestsPerMinute();

  /** Sets {@link #getRequestsPerMinute()}. */
  void setRequestsPerMinute(int requestsPerMinute);

  /** The format of the entries. */
  @Description("The format of the entries: COMBINED or COMMON.")
  @Default.Enum("COMBINED")
  LogFormat getLogFormat();

  /** Sets {@link #getLogFormat()}. */
  void setLogFormat(LogFormat logFormat);
}
