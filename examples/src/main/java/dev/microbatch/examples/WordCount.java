package dev.microbatch.examples;

import java.io.IOException;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Counts the words of text files. Without options it reads a sample and prints the ten most
 * frequent words; {@code --output=PREFIX} writes all of them to {@code PREFIX-00000-of-0000N}, one
 * {@code word: count} a line, in no particular order. See {@link WordCountOptions}.
 *
 * <p>A word is a maximal run of letters, {@code Don't} being {@code Don} and {@code t}: the same
 * words as those of Beam's own word count. On ASCII text, plain Unix tools count the same:
 *
 * <pre>{@code
 * export LC_ALL=C
 * tr -cs A-Za-z '\n' < text | grep . | sort | uniq -c | awk '{print $2": "$1}' | sort
 * cat PREFIX-* | sort
 * }</pre>
 *
 * <p>No word is kept but the distinct ones, so the size of the input does not matter.
 */
public final class WordCount {
  private WordCount() {}

  /**
   * Counts.
   *
   * @param args options as {@code --name=value}; {@code --help} lists them
   */
  public static void main(String[] args) {
    Example.main(Example.withRunner(args), WordCountOptions.class, WordCount::run);
  }

  static void run(WordCountOptions options) throws IOException {
    String output = options.getOutput();
    int topWords = options.getTopWords();
    check(options.getInputFile(), output, topWords);

    Pipeline pipeline = Pipeline.create(options);
    PCollection<KV<String, Long>> counts =
        pipeline
            .apply("Read", TextIO.read().from(options.getInputFile()))
            .apply("ExtractWords", ParDo.of(new ExtractWords()))
            .apply("Count", Count.perElement());
    if (output != null) {
      counts
          .apply(
              "Format",
              MapElements.into(TypeDescriptors.strings())
                  .via(count -> count.getKey() + ": " + count.getValue()))
          .apply("Write", TextIO.write().to(output));
    }
    if (topWords > 0) {
      counts.apply("TopWords", new TopWords(topWords)).apply("Print", ParDo.of(new PrintLines()));
    }
    Example.runToEnd(pipeline);
  }

  private static void check(String input, String output, int topWords) throws IOException {
    if (topWords < 0) {
      throw new UserMistake("--topWords=" + topWords + ": give 0 or more");
    }
    if (output == null && topWords == 0) {
      throw new UserMistake(
          "--topWords=0 without --output would show nothing. Give one or both, such as"
              + " --output=/tmp/counts --topWords=10");
    }
    FileOptions.checkInput("inputFile", input);
    if (output != null) {
      FileOptions.checkOutputPrefix("output", output);
    }
  }
}
