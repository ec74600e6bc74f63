package dev.microbatch.examples;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir private Path directory;

  @Test
  void theSampleLogIsWhatTheGeneratorMakes() throws IOException {
    Path log = directory.resolve("access.log");
    Launch.logGenerator(
        "--output=" + log, "--lines=2500", "--requestsPerMinute=20", "--clients=400", "--seed=7");

    assertThat(
        "same content",
        unzipped(Path.of(Samples.copy("sample-access.log.gz"))),
        is(Files.readString(log)));
  }

  @Test
  void theSamplesAreSmall() throws IOException {
    assertThat(Files.size(Path.of(Samples.copy("sample-text.txt"))), lessThan(60_000L));
    assertThat(Files.size(Path.of(Samples.copy("sample-access.log.gz"))), lessThan(300_000L));
  }

  private static String unzipped(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
