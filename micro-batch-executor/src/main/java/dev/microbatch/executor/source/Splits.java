package dev.microbatch.executor.source;

import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.FileBasedSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;

/** Cuts sources into splits, once, before anything is read. */
public final class Splits {

  /** The largest bounded split, in bytes: it bounds what a restart has to skip. */
  static final long MAX_BYTES = 64L << 20;

  /** The smallest bounded split that is worth a further reader in a partition, or a file. */
  static final long MIN_BYTES = 1L << 20;

  /** How many bounded splits each partition gets, so that they end at about the same time. */
  private static final int PER_PARTITION = 4;

  private Splits() {}

  /**
   * Cuts a bounded source. However small it is, every partition gets a split: nobody knows how much
   * work a record is. Only a small file stays whole: opening it is most of the work, and Beam's
   * readers of text lose a line where a split begins within a delimiter that begins like its end.
   *
   * @param spec the step
   * @param options the pipeline's options, for the source
   * @param parallelism how many partitions will read
   * @throws Exception whatever the source throws, for example because a file is missing
   */
  public static List<? extends BoundedSource<?>> of(
      StepSpec.BoundedRead spec, PipelineOptions options, int parallelism) throws Exception {
    BoundedSource<?> source = spec.source();
    source.validate();
    long share = Math.max(1, source.getEstimatedSizeBytes(options) / parallelism);
    long least = source instanceof FileBasedSource ? MIN_BYTES : Math.min(share, MIN_BYTES);
    long each = Math.min(Math.max(share / PER_PARTITION, least), MAX_BYTES);
    return source.split(each, options);
  }

  /**
   * Cuts an unbounded source.
   *
   * @param spec the step
   * @param options the pipeline's options, for the source
   * @param parallelism how many partitions will read
   * @throws Exception whatever the source throws
   */
  public static List<? extends UnboundedSource<?, ?>> of(
      StepSpec.UnboundedRead spec, PipelineOptions options, int parallelism) throws Exception {
    spec.source().validate();
    return spec.source().split(parallelism, options);
  }

  /**
   * A split with its number.
   *
   * @param index its index among all splits of its step: what it is known by in commits
   * @param source the split
   * @param <T> the type of source
   */
  public record Numbered<T>(int index, T source) {}

  /**
   * Deals splits out to a partition.
   *
   * @param splits all of them
   * @param partition the partition
   * @param parallelism how many partitions there are
   * @param <T> what is dealt
   */
  public static <T> List<Numbered<T>> deal(
      List<? extends T> splits, int partition, int parallelism) {
    List<Numbered<T>> dealt = new ArrayList<>();
    for (int i = partition; i < splits.size(); i += parallelism) {
      dealt.add(new Numbered<>(i, splits.get(i)));
    }
    return dealt;
  }
}
