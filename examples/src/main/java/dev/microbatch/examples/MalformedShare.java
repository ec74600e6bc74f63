package dev.microbatch.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;

/**
 * Judges a report by how many of the lines it could use. A text that is no access log would give a
 * report all the same: one of zeros.
 *
 * <p>It reads the summary that the pipeline wrote, as the one account of what was counted that
 * every runner gives.
 */
final class MalformedShare {
  /** How many characters of a reason are shown; it may quote a line. */
  private static final int REASON_LENGTH = 200;

  private MalformedShare() {}

  /**
   * Checks a report that has been written.
   *
   * @param output how the names of its files begin
   * @param maxPercent of how many malformed lines in a hundred it is still worth something
   * @throws UnusableInput if there are more
   * @throws IOException if the summary cannot be read
   */
  static void check(String output, double maxPercent) throws IOException {
    JsonNode summary = summary(output + "-summary.json");
    long lines = summary.get("lines").asLong();
    long malformed = summary.get("malformed").asLong();
    if (malformed * 100.0 > maxPercent * lines) {
      throw new UnusableInput(
          String.format(
              "%d of %d lines are no entries of an access log, more than"
                  + " --maxMalformedPercent=%s accepts. Some reasons: %s. All are in"
                  + " %s-dead-letters-*",
              malformed, lines, maxPercent, String.join("; ", reasons(summary)), output));
    }
  }

  private static List<String> reasons(JsonNode summary) {
    List<String> reasons = new ArrayList<>();
    for (JsonNode reason : summary.get("reasons")) {
      String text = reason.asText();
      reasons.add(text.length() <= REASON_LENGTH ? text : text.substring(0, REASON_LENGTH) + "...");
    }
    return reasons;
  }

  private static JsonNode summary(String file) throws IOException {
    try (InputStream in =
        Channels.newInputStream(
            FileSystems.open(FileSystems.matchSingleFileSpec(file).resourceId()))) {
      return new ObjectMapper().readTree(in);
    }
  }
}
