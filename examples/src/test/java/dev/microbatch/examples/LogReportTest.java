package dev.microbatch.examples;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.stringContainsInOrder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microbatch.examples.generate.AccessLog;
import dev.microbatch.examples.generate.LogFormat;
import dev.microbatch.examples.generate.LogLine;
import dev.microbatch.examples.generate.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One report on a generated log, one line in a hundred of it malformed, against figures that {@link
 * ExpectedReport} computes from what the generator meant, without windows, coders or a parser.
 */
class LogReportTest {
  private static final int LINES = 20_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;
  private static final List<LogLine> LOG = new ArrayList<>();
  private static ExpectedReport expected;
  private static Path output;

  @BeforeAll
  static void report() throws IOException {
    AccessLog log = new AccessLog(11, LogFormat.COMBINED, 0.01, 2_000, 120);
    Stream.generate(log::next).limit(LINES).forEach(LOG::add);
    Path file = directory.resolve("access.log");
    Files.write(file, LOG.stream().map(LogLine::text).toList());
    expected = new ExpectedReport(requests());
    output = directory.resolve("report");
    run(file, output, "--sessionGapMinutes=10");
  }

  @Test
  void totalsAreThoseOfTheLog() throws IOException {
    JsonNode summary = summary(output);

    assertThat(summary.get("lines").asInt(), is(LINES));
    assertThat(summary.get("requests").asInt(), is(requests().size()));
    assertThat(summary.get("malformed").asInt(), is(LINES - requests().size()));
    assertThat(summary.get("bytes").asLong(), is(bytes()));
    assertThat(summary.get("meanBytes").asDouble(), is((double) bytes() / requests().size()));
    assertThat(summary.get("clientErrors").asLong(), is(withStatus(400)));
    assertThat(summary.get("serverErrors").asLong(), is(withStatus(500)));
    assertThat(
        summary.get("errorRate").asDouble(),
        is((double) (withStatus(400) + withStatus(500)) / requests().size()));
    assertThat(
        summary.get("distinctClients").asLong(),
        is(requests().stream().map(Request::client).distinct().count()));
    assertThat(summary.get("sessions").asInt(), is(expected.sessions(600).size()));
  }

  @Test
  void eachMinuteHasItsFigures() throws IOException {
    assertThat(lines("-minutes"), equalTo(expected.windows(60, 60)));
  }

  @Test
  void theFiveMinutesFromEachMinuteHaveTheirFigures() throws IOException {
    assertThat(lines("-sliding"), equalTo(expected.windows(300, 60)));
  }

  @Test
  void eachClientHasItsSessions() throws IOException {
    assertThat(lines("-sessions"), equalTo(expected.sessions(600)));
  }

  @Test
  void everyMalformedLineIsADeadLetterWithAReason() throws IOException {
    List<String> expectedLines =
        LOG.stream().filter(line -> line.request() == null).map(LogLine::text).sorted().toList();

    List<String> deadLines = new ArrayList<>();
    for (String deadLetter : lines("-dead-letters")) {
      JsonNode json = JSON.readTree(deadLetter);
      deadLines.add(json.get("line").asText());
      assertThat(json.get("reason").asText(), not(equalTo("")));
    }
    deadLines.sort(null);

    assertThat(expectedLines, not(empty()));
    assertThat(deadLines, equalTo(expectedLines));
  }

  @Test
  void anEmptyLogGivesAnEmptyReport() throws IOException {
    Path prefix = directory.resolve("empty-report");
    run(Files.createFile(directory.resolve("empty.log")), prefix);

    for (String part : List.of("-minutes", "-sliding", "-sessions", "-dead-letters")) {
      Path files = Path.of(prefix + part);
      assertThat(Launch.files(files), not(empty()));
      assertThat(Launch.sortedLines(files), empty());
    }
    assertThat(summary(prefix).get("lines").asInt(-1), is(0));
    assertThat(summary(prefix).get("meanBytes").asDouble(-1), is(0.0));
  }

  @Test
  void aLogWithoutAnyEntryGivesDeadLettersOnlyAndAnErrorWithTheReasons() throws IOException {
    Path prefix = directory.resolve("garbage-report");
    Path log = Files.writeString(directory.resolve("garbage.log"), "a\n\nb\n");

    Launch.Outcome outcome = launch(log, prefix);

    assertThat(outcome.status(), is(Example.UNUSABLE));
    assertThat(outcome.errors().lines().count(), is(1L));
    assertThat(
        outcome.errors(),
        stringContainsInOrder(
            "error: 3 of 3 lines", "--maxMalformedPercent=50", prefix + "-dead-letters-*"));
    assertThat(outcome.errors(), allOf(containsString("empty line"), containsString("quotes: 0")));

    assertThat(Launch.sortedLines(Path.of(prefix + "-dead-letters")), hasSize(3));
    assertThat(Launch.sortedLines(Path.of(prefix + "-minutes")), empty());
    assertThat(summary(prefix).get("malformed").asInt(), is(3));
  }

  @Test
  void aLogOfWhichNoMoreIsMalformedThanTheOptionAcceptsIsFine() throws IOException {
    String entry = LOG.stream().filter(line -> line.request() != null).findFirst().get().text();
    Path log =
        Files.write(directory.resolve("mixed.log"), List.of(entry, "a", "b", entry, "", entry));

    run(log, directory.resolve("half"));
    run(log, directory.resolve("any"), "--maxMalformedPercent=100");
    assertThat(
        launch(log, directory.resolve("strict"), "--maxMalformedPercent=49.9").status(),
        is(Example.UNUSABLE));
    assertThat(
        launch(log, directory.resolve("none"), "--maxMalformedPercent=0").status(),
        is(Example.UNUSABLE));
  }

  @Test
  void theSummaryTellsReasons() throws IOException {
    assertThat(summary(output).get("reasons").size(), is(3));
  }

  private static void run(Path input, Path prefix, String... more) {
    assertThat(launch(input, prefix, more), equalTo(new Launch.Outcome(Example.OK, "")));
  }

  private static Launch.Outcome launch(Path input, Path prefix, String... more) {
    return Launch.logReport(
        Stream.concat(Stream.of("--inputFile=" + input, "--output=" + prefix), Stream.of(more))
            .toArray(String[]::new));
  }

  private static List<Request> requests() {
    return LOG.stream().map(LogLine::request).filter(Objects::nonNull).toList();
  }

  private static long bytes() {
    return requests().stream().mapToLong(Request::bytes).sum();
  }

  private static long withStatus(int first) {
    return requests().stream().filter(r -> r.status() / 100 * 100 == first).count();
  }

  private static JsonNode summary(Path prefix) throws IOException {
    return JSON.readTree(Path.of(prefix + "-summary.json").toFile());
  }

  private static List<String> lines(String part) throws IOException {
    return Launch.sortedLines(Path.of(output + part));
  }
}
