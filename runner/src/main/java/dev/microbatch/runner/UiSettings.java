package dev.microbatch.runner;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How the web UI is to be served, checked.
 *
 * @param port the port; {@link #ANY}, {@link #OFF}, or null if the usual ones are to be tried
 * @param host the address to listen on
 * @param lingerMillis for how long it stays when the pipeline has ended, in milliseconds; {@link
 *     Long#MAX_VALUE} if until the process ends
 * @param token the token; null if a random one is to be made
 * @param showData whether what may hold data is shown without the token
 */
public record UiSettings(
    @Nullable Integer port,
    String host,
    long lingerMillis,
    @Nullable String token,
    boolean showData) {

  /** Whatever port is free. */
  public static final int ANY = 0;

  /** No web UI. */
  public static final int OFF = -1;

  private static final String TOKEN_VARIABLE = "MICROBATCH_UI_TOKEN";
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~-]{16,256}");
  private static final Pattern LINGER = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Map<String, Long> UNITS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);

  /** Never shows the token. */
  @Override
  public String toString() {
    return "UiSettings[port=" + port + ", host=" + host + ", lingerMillis=" + lingerMillis + "]";
  }

  /**
   * Reads them.
   *
   * @param options the options of a pipeline
   * @throws IllegalArgumentException if one has a value that is not accepted
   */
  public static UiSettings of(PipelineOptions options) {
    return of(options.as(UiPipelineOptions.class), System.getenv(TOKEN_VARIABLE));
  }

  static UiSettings of(UiPipelineOptions options, @Nullable String tokenOfEnvironment) {
    Integer port = options.getUiPort();
    if (port != null && (port < OFF || port > 65_535)) {
      throw Flags.refused("uiPort", port, "a port, 0 for any, or -1 for none");
    }
    if (options.getUiHost().isBlank()) {
      throw Flags.refused("uiHost", options.getUiHost(), "an address of this machine");
    }
    return new UiSettings(
        port,
        options.getUiHost().strip(),
        linger(options.getUiLinger()),
        token(options.getUiToken(), tokenOfEnvironment),
        options.isUiShowData());
  }

  private static long linger(String text) {
    if (text.equals("forever")) {
      return Long.MAX_VALUE;
    }
    Matcher duration = LINGER.matcher(text.replace(" ", ""));
    if (!duration.matches()) {
      throw Flags.refused("uiLinger", text, "a number with ms, s, m or h, such as 30s, or forever");
    }
    return Long.parseLong(duration.group(1)) * UNITS.get(duration.group(2));
  }

  /** Does not say what was given: messages are logged. */
  private static @Nullable String token(@Nullable String option, @Nullable String environment) {
    String given = option != null ? option : environment;
    if (given != null && !TOKEN.matcher(given).matches()) {
      throw new IllegalArgumentException(
          (option != null ? "--uiToken" : TOKEN_VARIABLE)
              + " is not accepted: it must have 16 to 256 letters, digits and -._~");
    }
    return given;
  }
}
