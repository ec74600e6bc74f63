package dev.microbatch.benchmarks.workload;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/**
 * Word count of lines that are in memory: splitting and counting, no files.
 *
 * @param size how many words
 */
record WordCount(long size) implements Workload, PlainJava {

  private static final int DISTINCT_WORDS = 10_000;

  /** How many different lines there are; they come again and again. */
  private static final int LINES = 1 << 14;

  @Override
  public String name() {
    return "B1";
  }

  @Override
  public String description() {
    return "word count in memory, " + DISTINCT_WORDS + " distinct words";
  }

  @Override
  public String unit() {
    return "words";
  }

  private long lines() {
    return size / TextGenerator.WORDS_PER_LINE;
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(lines()))
        .apply("Lines", ParDo.of(new LineFn()))
        .apply("Split", ParDo.of(new SplitWords()))
        .apply(Count.perElement())
        .apply(Tally.of((count, timestamp) -> Numbers.digest(count.getKey(), count.getValue())));
  }

  @Override
  public Outcome expected() {
    return count(0, lines()).outcome();
  }

  @Override
  public Outcome runPlain(int threads) {
    List<WordCounts> parts = Parallel.run(lines(), threads, WordCount::count);
    return parts.stream().reduce(WordCounts::merge).orElseThrow().outcome();
  }

  private static WordCounts count(long from, long to) {
    WordCounts counts = new WordCounts();
    for (long number = from; number < to; number++) {
      counts.add(Pool.line(number));
    }
    return counts;
  }

  /** The lines, made once per JVM. */
  private static final class Pool {
    private static final String[] POOL = new String[LINES];

    static {
      TextGenerator text = new TextGenerator(DISTINCT_WORDS);
      for (int i = 0; i < LINES; i++) {
        POOL[i] = text.line(i);
      }
    }

    static String line(long number) {
      return POOL[(int) number & (LINES - 1)];
    }
  }

  private static final class LineFn extends DoFn<Long, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<String> out) {
      out.output(Pool.line(number));
    }
  }
}
