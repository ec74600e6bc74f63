package dev.microbatch.benchmarks.pipelines;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/**
 * Word count of lines that are in memory: splitting and counting, no files.
 *
 * @param sizes how many words; the keys are not looked at
 */
record WordCount(Sizes sizes) implements Workload, PlainJava {

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

  @Override
  public long size() {
    return lines() * TextGenerator.WORDS_PER_LINE;
  }

  private long lines() {
    return Math.max(1, sizes.records() / TextGenerator.WORDS_PER_LINE);
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(lines()))
        .apply("Lines", ParDo.of(new LineFn(sizes)))
        .apply("Split", ParDo.of(new SplitWords()))
        .apply(Count.perElement())
        .apply(Tally.of((count, timestamp) -> Numbers.digest(count.getKey(), count.getValue())));
  }

  @Override
  public Outcome expected() {
    WordCounts counts = new WordCounts();
    for (long number = 0; number < lines(); number++) {
      counts.add(Pool.line(sizes.draw(number)));
    }
    return counts.outcome();
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.runWithPayloads(lines(), threads, () -> new Worker(sizes));
  }

  private static final class Worker extends HandWorker {
    private final Map<String, long[]> counts = new HashMap<>();
    private final Sizes sizes;

    Worker(Sizes sizes) {
      this.sizes = sizes;
    }

    @Override
    void generate(long number) {
      SplitWords.split(Pool.line(sizes.draw(number)), word -> send(word.hashCode(), word));
    }

    @Override
    void receive(long key, long value, long time, Object word) {
      counts.computeIfAbsent((String) word, any -> new long[1])[0]++;
    }

    @Override
    Outcome finish() {
      long checksum = 0;
      for (Map.Entry<String, long[]> count : counts.entrySet()) {
        checksum += Numbers.digest(count.getKey(), count.getValue()[0]);
      }
      return new Outcome(counts.size(), checksum);
    }
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
      return POOL[(int) Numbers.mix(number) & (LINES - 1)];
    }
  }

  private static final class LineFn extends DoFn<Long, String> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;

    LineFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<String> out) {
      out.output(Pool.line(sizes.draw(number)));
    }
  }
}
