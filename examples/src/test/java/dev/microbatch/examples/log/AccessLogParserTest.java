package dev.microbatch.examples.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessLogParserTest {
  private static final String TIME = "[10/Oct/2025:13:55:36 -0700]";
  private static final long MILLIS = Instant.parse("2025-10-10T20:55:36Z").toEpochMilli();

  private final AccessLogParser parser = new AccessLogParser();

  @Test
  void readsTheCommonLogFormat() throws Exception {
    assertThat(
        parser.parse("127.0.0.1 - frank " + TIME + " \"GET /a.gif HTTP/1.0\" 200 2326"),
        equalTo(new AccessRecord("127.0.0.1", MILLIS, 200, 2326)));
  }

  @Test
  void readsTheCombinedLogFormat() throws Exception {
    assertThat(
        parser.parse(
            "2001:db8::1 - - " + TIME + " \"GET / HTTP/2.0\" 404 7 \"https://a.example/\" \"B/1\""),
        equalTo(new AccessRecord("2001:db8::1", MILLIS, 404, 7)));
  }

  @Test
  void aDashInPlaceOfBytesIsNone() throws Exception {
    assertThat(parser.parse("h - - " + TIME + " \"GET / HTTP/1.1\" 304 -").bytes(), is(0L));
  }

  @Test
  void escapedQuotesDoNotEndAField() throws Exception {
    assertThat(
        parser.parse(
            "h - - "
                + TIME
                + " \"GET /\\\"x\\\" HTTP/1.1\" 200 5 \"-\" \"bot \\\" 500 99 \\\"a\\\" \\\\\""),
        equalTo(new AccessRecord("h", MILLIS, 200, 5)));
  }

  @Test
  void requestsThatAreNotHttpAreRequestsAllTheSame() throws Exception {
    assertThat(
        parser.parse("h - - " + TIME + " \"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"").status(),
        is(400));
  }

  @Test
  void saysWhatIsWrongWithALine() {
    assertReason("", "empty line");
    assertReason("hello world", "quotes: 0");
    assertReason("he said \"hello world\"", "neither in the Common nor in the Combined");
    assertReason("h - - [] \"GET / HTTP/1.1\" 200 5", "neither in the Common nor in the Combined");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" OK 5", "status: OK");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" 600 5", "status: 600");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" 20 5", "status: 20");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" 2x0 5", "status: 2x0");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" 200 9223372036854775808", "bytes: 922");
    assertReason("h - - " + TIME + " \"GET / HTTP/1.1\" 200 five", "neither in the Common");
    assertReason(" - - " + TIME + " \"GET / HTTP/1.1\" 200 5", "client: missing");
    assertReason(
        "h - - [10/Oct/2025:13:61:36 -0700] \"GET / HTTP/1.1\" 200 5", "time: Text '10/Oct/2025");
    assertReason("h - - [10/Okt/2025:13:01:36 -0700] \"GET / HTTP/1.1\" 200 5", "time: Text");
    assertReason("x".repeat(AccessLogParser.MAX_LENGTH + 1), "longer than 65536 characters");
  }

  @Test
  void timesThatDoNotExistAreRefused() {
    for (String time :
        List.of(
            "30/Feb/2025:13:55:36 +0000",
            "29/Feb/2025:13:55:36 +0000",
            "31/Apr/2025:13:55:36 +0000",
            "10/Oct/2025:24:00:00 +0000",
            "10/Oct/2025:23:59:60 +0000",
            "10/Oct/2025:13:55:36 +1900")) {
      assertReason("h - - [" + time + "] \"GET / HTTP/1.1\" 200 5", "time: Text '" + time + "'");
    }
  }

  @Test
  void theLeapDayIsADay() throws Exception {
    assertThat(
        parser.parse("h - - [29/Feb/2024:23:59:59 +0530] \"GET / HTTP/1.1\" 200 5").time(),
        is(Instant.parse("2024-02-29T18:29:59Z").toEpochMilli()));
  }

  @Test
  void twoEntriesOnOneLineAreNoEntry() {
    String entry = "h - - " + TIME + " \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"";

    assertReason(entry + entry, "quotes: 12");
  }

  @Test
  void aLineMadeToKeepThePatternBusyTakesNoLongerThanOthers() {
    String request = "\\\" x 1 \\\" ".repeat(6_000);

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertReason("h - - " + TIME + " \"" + request, "quotes: 1");
          assertReason("h - - " + TIME + " \"" + request + "\" 200 5 ", "neither in the Common");
          assertThat(
              parser.parse("h - - " + TIME + " \"" + request + "\" 200 5"),
              equalTo(new AccessRecord("h", MILLIS, 200, 5)));
        });
  }

  @Test
  void nothingIsLeftOfTheLineBefore() throws Exception {
    parser.parse("h - - " + TIME + " \"GET / HTTP/1.1\" 200 17");

    assertThat(parser.parse("i - - " + TIME + " \"GET / HTTP/1.1\" 204 -").bytes(), is(0L));
    assertReason(" - - " + TIME + " \"GET / HTTP/1.1\" 200 5", "client: missing");
  }

  private void assertReason(String line, String reason) {
    Exception e = assertThrows(MalformedLineException.class, () -> parser.parse(line));
    assertThat(e.getMessage(), containsString(reason));
    assertThat("lines of the reason", e.getMessage().lines().count(), is(1L));
  }
}
