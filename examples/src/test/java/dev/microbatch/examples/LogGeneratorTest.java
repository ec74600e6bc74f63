package dev.microbatch.examples;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogGeneratorTest {
  /** The Combined Log Format to the letter; quotes within fields are escaped. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "(\\S+) - (\\S+) \\[\\d\\d/\\w{3}/\\d{4}:([01]\\d|2[0-3]):\\d\\d:\\d\\d \\+0200\\]"
              + " \"(?:[^\"\\\\]|\\\\.)*\" ([1-5]\\d\\d) (\\d{1,18}|-)"
              + " \"(?:[^\"\\\\]|\\\\.)*\" \"(?:[^\"\\\\]|\\\\.)*\"");

  @TempDir private Path directory;

  @Test
  void theSameSeedGivesTheSameLog() throws IOException {
    String first = generate("--seed=5");
    String second = generate("--seed=5");
    String third = generate("--seed=6");

    assertThat(second, is(first));
    assertThat(third, is(not(first)));
  }

  @Test
  void theTotalsAreThoseOfTheLines() throws IOException {
    List<String> lines = generate("--malformedPercent=10").lines().toList();

    long requests = 0;
    long bytes = 0;
    Set<String> clients = new HashSet<>();
    for (String line : lines) {
      Matcher entry = ENTRY.matcher(line);
      if (entry.matches()) {
        requests++;
        clients.add(entry.group(1));
        bytes += entry.group(5).equals("-") ? 0 : Long.parseLong(entry.group(5));
      }
    }

    JsonNode totals = new ObjectMapper().readTree(totalsFile().toFile());
    assertThat(lines, hasSize(5_000));
    assertThat(totals.get("lines").asLong(), equalTo(5_000L));
    assertThat(totals.get("requests").asLong(), equalTo(requests));
    assertThat(totals.get("malformed").asLong(), equalTo(5_000L - requests));
    assertThat(totals.get("bytes").asLong(), equalTo(bytes));
    assertThat(totals.get("distinctClients").asInt(), equalTo(clients.size()));
  }

  private String generate(String... args) throws IOException {
    String[] all = new String[args.length + 2];
    all[0] = "--output=" + log();
    all[1] = "--lines=5000";
    System.arraycopy(args, 0, all, 2, args.length);
    assertThat(Launch.logGenerator(all), equalTo(new Launch.Outcome(Example.OK, "")));
    return Files.readString(log());
  }

  private Path log() {
    return directory.resolve("new/access.log");
  }

  private Path totalsFile() {
    return directory.resolve("new/access.log.totals.json");
  }
}
