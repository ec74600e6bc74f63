package dev.microbatch.examples;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users get wrong is refused at once, in one line that names it and the remedy. */
class MistakesTest {
  @TempDir private Path directory;

  @Test
  void aMissingInputFile() {
    Path missing = directory.resolve("missing.txt");

    assertRefused(
        Launch.wordCount("--inputFile=" + missing),
        "--inputFile=" + missing + ": no such file",
        "Give the path of a file or a pattern");
  }

  @Test
  void aPatternThatNothingMatches() {
    String pattern = directory.resolve("*.log").toString();

    assertRefused(
        Launch.logReport("--inputFile=" + pattern), "--inputFile=" + pattern + ": no such file");
  }

  @Test
  void anInputThatIsADirectory() {
    assertRefused(
        Launch.wordCount("--inputFile=" + directory),
        directory + " is a directory",
        directory.resolve("*").toString());
  }

  @Test
  void anInputWithoutAName() {
    assertRefused(Launch.wordCount("--inputFile="), "--inputFile=: names no file");
  }

  @Test
  void aFileSystemThatIsNotThere() {
    assertRefused(
        Launch.wordCount("--inputFile=gs://bucket/text"),
        "--inputFile=gs://bucket/text",
        "add Beam's module for that file system");
  }

  @Test
  void anOutputBelowAFile() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path output = file.resolve("counts");

    assertRefused(
        Launch.wordCount("--output=" + output),
        "--output=" + output,
        "nothing can be written to " + file,
        "Give another place");
  }

  @Test
  void anOutputThatIsADirectory() {
    assertRefused(
        Launch.logReport("--output=" + directory + "/"),
        "names a directory",
        "such as " + directory + "/result");
    assertRefused(Launch.logGenerator("--output=" + directory), "names a directory");
  }

  @Test
  void anUnknownOption() {
    assertRefused(
        Launch.wordCount("--topWord=3"),
        "--topWord=3: ",
        "Did you mean 'topWords'?",
        "--help explains");
  }

  @Test
  void aRunnerThatIsNotThereOrNotNamed() {
    for (String runner : List.of("--runner=Flunk", "--runner=", "--runner")) {
      ByteArrayOutputStream errors = new ByteArrayOutputStream();
      int status =
          Example.run(
              Example.withRunner(new String[] {runner}),
              WordCountOptions.class,
              WordCount::run,
              new PrintStream(errors, true, StandardCharsets.UTF_8));
      assertRefused(
          new Launch.Outcome(status, errors.toString(StandardCharsets.UTF_8)),
          runner + ": ",
          "--runner=MicroBatchRunner");
    }
  }

  @Test
  void aValueOfTheWrongType() {
    assertRefused(Launch.wordCount("--topWords=many"), "--topWords=many: ");
  }

  @Test
  void anArgumentThatIsNoOption() {
    assertRefused(Launch.logReport("access.log"), "'access.log' does not begin with '--'");
  }

  @Test
  void anOptionThatIsMissing() {
    assertRefused(Launch.logGenerator(), "Missing required value for [--output");
  }

  @Test
  void valuesOutOfRange() {
    String output = "--output=" + directory.resolve("log");

    assertRefused(Launch.wordCount("--topWords=-1"), "--topWords=-1: give 0 or more");
    assertRefused(Launch.wordCount("--topWords=0"), "would show nothing");
    assertRefused(Launch.logReport("--sessionGapMinutes=0"), "--sessionGapMinutes=0: give 1");
    assertRefused(Launch.logReport("--maxMalformedPercent=-1"), "give 0 to 100");
    assertRefused(Launch.logGenerator(output, "--malformedPercent=101"), "give 0 to 100");
    assertRefused(Launch.logGenerator(output, "--lines=-1"), "--lines=-1: give 0 or more");
    assertRefused(Launch.logGenerator(output, "--clients=0"), "--clients=0: give 1 or more");
  }

  private static void assertRefused(Launch.Outcome outcome, String... parts) {
    assertThat(outcome.status(), is(Example.REFUSED));
    assertThat("one line: " + outcome.errors(), outcome.errors().lines().count(), equalTo(1L));
    assertThat(outcome.errors(), startsWith("error: "));
    for (String part : parts) {
      assertThat(outcome.errors(), containsString(part));
    }
  }
}
