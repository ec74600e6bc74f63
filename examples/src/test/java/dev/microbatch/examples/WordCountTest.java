package dev.microbatch.examples;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordCountTest {
  private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}]+");

  @TempDir private Path directory;

  @Test
  void countsAreThoseOfAnIndependentCount() throws IOException {
    Path text = Path.of(Samples.copy("sample-text.txt"));

    assertThat(count(text.toString()), equalTo(independentCount(text)));
  }

  @Test
  void wordsAreRunsOfLettersOfAnyScript() throws IOException {
    String text = "Don't naïve_x2y été—Ελλάδα 北京! \uD835\uDC00b\uD83D\uDE00c\r\n\n-\n  z";

    assertThat(
        count(write("text", text).toString()),
        containsInAnyOrder(
            "Don: 1",
            "t: 1",
            "naïve: 1",
            "x: 1",
            "y: 1",
            "été: 1",
            "Ελλάδα: 1",
            "北京: 1",
            "\uD835\uDC00b: 1",
            "c: 1",
            "z: 1"));
  }

  @Test
  void caseMatters() throws IOException {
    assertThat(
        count(write("text", "The the THE the").toString()),
        containsInAnyOrder("The: 1", "the: 2", "THE: 1"));
  }

  @Test
  void readsGzippedText() throws IOException {
    Path gz = directory.resolve("text.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gz))) {
      out.write("one two\ntwo".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(count(gz.toString()), containsInAnyOrder("one: 1", "two: 2"));
  }

  @Test
  void readsAllFilesThatMatchAPattern() throws IOException {
    write("in-1.txt", "one two");
    write("in-2.txt", "two three");
    write("other.txt", "four");

    assertThat(
        count(directory.resolve("in-*.txt").toString()),
        containsInAnyOrder("one: 1", "two: 2", "three: 1"));
  }

  @Test
  void anEmptyFileGivesEmptyOutput() throws IOException {
    assertThat(count(write("empty", "").toString()), empty());
    assertThat(Launch.files(directory.resolve("counts")), not(empty()));
  }

  @Test
  void printsTheMostFrequentWordsAndOfEquallyFrequentOnesTheFirst() throws IOException {
    Path text = write("text", "b c a c b c d");

    assertThat(
        printed("--inputFile=" + text, "--topWords=3"),
        contains("         3  c", "         2  b", "         1  a"));
  }

  @Test
  void printsAllWordsIfThereAreFewerThanAskedFor() throws IOException {
    assertThat(
        printed("--inputFile=" + write("text", "a b a")),
        contains("         2  a", "         1  b"));
  }

  @Test
  void printsNothingIfThereIsAnOutput() throws IOException {
    Path text = write("text", "a b a");

    assertThat(printed("--inputFile=" + text, "--output=" + directory.resolve("c")), empty());
    assertThat(Launch.sortedLines(directory.resolve("c")), not(empty()));
  }

  private List<String> count(String inputFile) throws IOException {
    Path output = directory.resolve("counts");
    Launch.Outcome outcome = Launch.wordCount("--inputFile=" + inputFile, "--output=" + output);
    assertThat(outcome, equalTo(new Launch.Outcome(Example.OK, "")));
    return Launch.sortedLines(output);
  }

  private List<String> independentCount(Path text) throws IOException {
    return NO_LETTERS
        .splitAsStream(Files.readString(text))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(count -> count.getKey() + ": " + count.getValue())
        .sorted()
        .toList();
  }

  private List<String> printed(String... args) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertThat(Launch.wordCount(args).status(), equalTo(Example.OK));
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }
}
