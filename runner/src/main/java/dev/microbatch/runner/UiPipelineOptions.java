package dev.microbatch.runner;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Options of the web UI, which is on when the module {@code microbatch-ui} is on the class path.
 */
public interface UiPipelineOptions extends PipelineOptions {

  /** The port of the web UI. */
  @Description(
      "With microbatch-ui on the class path: the port of the web UI; 0 = any that is free, -1 = no"
          + " web UI. Default: 8077, or the next of 20 that is free.")
  @Nullable Integer getUiPort();

  /** Sets {@link #getUiPort}. */
  void setUiPort(@Nullable Integer uiPort);

  /** The address that the web UI listens on. */
  @Description(
      "The address that the web UI listens on. On any other than a loopback address everything"
          + " needs the token; it travels unencrypted.")
  @Default.String("127.0.0.1")
  String getUiHost();

  /** Sets {@link #getUiHost}. */
  void setUiHost(String uiHost);

  /** For how long the web UI outlives the pipeline. */
  @Description(
      "For how long the web UI stays when the pipeline has ended: a number with ms, s, m or h, or"
          + " 'forever', which is until the process is told to end.")
  @Default.String("0s")
  String getUiLinger();

  /** Sets {@link #getUiLinger}. */
  void setUiLinger(String uiLinger);

  /**
   * The token of the web UI. User code does not get to see it: it is no part of the options that
   * are sent to workers.
   */
  @JsonIgnore
  @Description(
      "The token that drains, cancels and shows stacks in the web UI: 16 to 256 letters, digits and"
          + " -._~. Others can see a command line: MICROBATCH_UI_TOKEN in the environment does the"
          + " same. Default: a random one.")
  @Nullable String getUiToken();

  /** Sets {@link #getUiToken}. */
  void setUiToken(@Nullable String uiToken);

  /** Whether the web UI shows what may hold data to whoever can reach it. */
  @Description(
      "Whether the web UI shows what may hold data (messages of exceptions, stacks) without the"
          + " token, too.")
  @Default.Boolean(false)
  boolean isUiShowData();

  /** Sets {@link #isUiShowData}. */
  void setUiShowData(boolean uiShowData);
}
