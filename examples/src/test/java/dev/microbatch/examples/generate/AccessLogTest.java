package dev.microbatch.examples.generate;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.examples.log.AccessLogParser;
import dev.microbatch.examples.log.AccessRecord;
import dev.microbatch.examples.log.MalformedLineException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final int LINES = 20_000;

  private final AccessLogParser parser = new AccessLogParser();

  @Test
  void entriesInTheCombinedFormatSayWhatTheRequestsAre() throws Exception {
    assertEntriesAreRead(LogFormat.COMBINED);
  }

  @Test
  void entriesInTheCommonFormatSayWhatTheRequestsAre() throws Exception {
    assertEntriesAreRead(LogFormat.COMMON);
  }

  @Test
  void noKindOfDamageLeavesAnEntry() {
    for (LogFormat format : LogFormat.values()) {
      AccessLog log = new AccessLog(3, format, 1, 50, 600);
      Set<Damage> seen = EnumSet.noneOf(Damage.class);
      for (int i = 0; i < LINES / 4; i++) {
        LogLine line = log.next();
        seen.add(line.damage());
        assertThrows(MalformedLineException.class, () -> parser.parse(line.text()), line::toString);
      }
      assertThat(seen, equalTo(EnumSet.allOf(Damage.class)));
    }
  }

  @Test
  void timesAreNearlyButNotWhollyInOrder() {
    AccessLog log = new AccessLog(4, LogFormat.COMMON, 0, 100, 600);
    long latest = Long.MIN_VALUE;
    int late = 0;
    for (int i = 0; i < LINES; i++) {
      long second = log.next().request().second();
      if (second < latest) {
        late++;
        assertThat(latest - second, lessThan(4L));
      }
      latest = Math.max(latest, second);
    }
    assertThat(late, greaterThan(LINES / 200));
  }

  @Test
  void damageDoesNotChangeTheOtherLines() {
    AccessLog whole = new AccessLog(5, LogFormat.COMBINED, 0, 100, 600);
    AccessLog damaged = new AccessLog(5, LogFormat.COMBINED, 0.2, 100, 600);
    int malformed = 0;
    for (int i = 0; i < LINES; i++) {
      LogLine expected = whole.next();
      LogLine actual = damaged.next();
      if (actual.request() == null) {
        malformed++;
      } else {
        assertThat(actual, equalTo(expected));
      }
    }
    assertThat(malformed, is(allOf(greaterThan(LINES * 19 / 100), lessThan(LINES * 21 / 100))));
  }

  private void assertEntriesAreRead(LogFormat format) throws MalformedLineException {
    AccessLog log = new AccessLog(2, format, 0, 500, 600);
    for (int i = 0; i < LINES; i++) {
      LogLine line = log.next();
      Request request = line.request();
      assertThat(
          parser.parse(line.text()),
          equalTo(
              new AccessRecord(
                  request.client(), request.second() * 1_000, request.status(), request.bytes())));
    }
  }
}
