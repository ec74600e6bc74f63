package dev.microbatch.examples;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * The most frequent words, most frequent first, as lines of count and word. Of words that occur
 * equally often those first in the order of {@link String#compareTo(String)} come first, so the
 * result does not depend on chance.
 */
final class TopWords extends PTransform<PCollection<KV<String, Long>>, PCollection<String>> {
  private static final long serialVersionUID = 1L;

  private final int limit;

  /**
   * The transform.
   *
   * @param limit how many words, at least 1
   */
  TopWords(int limit) {
    this.limit = limit;
  }

  @Override
  public PCollection<String> expand(PCollection<KV<String, Long>> counts) {
    return counts
        .apply("Top", Top.of(limit, new ByCount()))
        .apply("Format", ParDo.of(new FormatList()));
  }

  private static final class ByCount implements Comparator<KV<String, Long>>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(KV<String, Long> a, KV<String, Long> b) {
      int byCount = a.getValue().compareTo(b.getValue());
      return byCount != 0 ? byCount : b.getKey().compareTo(a.getKey());
    }
  }

  private static final class FormatList extends DoFn<List<KV<String, Long>>, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element List<KV<String, Long>> top, OutputReceiver<String> lines) {
      for (KV<String, Long> word : top) {
        lines.output(String.format(Locale.ROOT, "%10d  %s", word.getValue(), word.getKey()));
      }
    }
  }
}
