package dev.microbatch.examples;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.DefaultValueFactory;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Options of {@link WordCount}. */
@Description("Counts the words of text files.")
public interface WordCountOptions extends PipelineOptions {

  /** What to read: a file or a pattern of Beam's, plain or compressed. */
  @Description(
      "Text to read: a file or a pattern of files, plain or compressed (.gz, .bz2, .zip ...)."
          + " Default: a sample that ships with the examples.")
  @Default.InstanceFactory(SampleText.class)
  String getInputFile();

  /** Sets {@link #getInputFile()}. */
  void setInputFile(String inputFile);

  /** How the names of the output files begin, or null to write none. */
  @Description(
      "How the names of the output files begin, such as /tmp/counts."
          + " Each line will be \"word: count\". Default: no files are written.")
  @Nullable String getOutput();

  /** Sets {@link #getOutput()}. */
  void setOutput(@Nullable String output);

  /** How many of the most frequent words to print; 0 prints none. */
  @Description(
      "How many of the most frequent words to print. Default: 10, or 0 if --output is given.")
  @Default.InstanceFactory(TopWordsIfNoOutput.class)
  Integer getTopWords();

  /** Sets {@link #getTopWords()}. */
  void setTopWords(Integer topWords);

  /** A copy of the sample text. */
  class SampleText implements DefaultValueFactory<String> {
    @Override
    public String create(PipelineOptions options) {
      return Samples.copy("sample-text.txt");
    }
  }

  /** Prints some words if there would be nothing to see otherwise. */
  class TopWordsIfNoOutput implements DefaultValueFactory<Integer> {
    @Override
    public Integer create(PipelineOptions options) {
      return options.as(WordCountOptions.class).getOutput() == null ? 10 : 0;
    }
  }
}
