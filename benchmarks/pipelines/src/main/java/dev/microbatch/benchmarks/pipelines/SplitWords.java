package dev.microbatch.benchmarks.pipelines;

import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;

/** Splits lines at spaces. */
final class SplitWords extends DoFn<String, String> {

  private static final long serialVersionUID = 1L;

  @ProcessElement
  public void process(@Element String line, OutputReceiver<String> words) {
    split(line, words::output);
  }

  /** Gives each word of a line to a consumer. */
  static void split(String line, Consumer<String> words) {
    int from = 0;
    int space;
    while ((space = line.indexOf(' ', from)) >= 0) {
      if (space > from) {
        words.accept(line.substring(from, space));
      }
      from = space + 1;
    }
    if (from < line.length()) {
      words.accept(line.substring(from));
    }
  }
}
