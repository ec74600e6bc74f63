package dev.microbatch.benchmarks.pipelines;

import java.util.concurrent.atomic.LongAdder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;
import org.joda.time.Instant;

/**
 * The end of a measured pipeline: sums up its result, so that the result can be checked. An element
 * costs two additions.
 *
 * <p>The sums are those of this JVM, in which all compared runners work: metrics would cost some of
 * them much, and can be switched off. So one pipeline may run at a time, and a bundle that fails
 * and runs again is seen as a wrong result.
 *
 * @param <T> the type of the elements
 */
public final class Tally<T> extends PTransform<PCollection<T>, PDone> {

  private static final long serialVersionUID = 1L;
  private static final LongAdder COUNT = new LongAdder();
  private static final LongAdder CHECKSUM = new LongAdder();

  private final DoFn<T, Void> fn;

  private Tally(String name, DoFn<T, Void> fn) {
    super(name);
    this.fn = fn;
  }

  /** Sums up elements. */
  public static <T> Tally<T> of(Digest<T> digest) {
    return new Tally<>("Tally", new TallyFn<>(digest));
  }

  /** Sums up elements and their event times. */
  public static <T> Tally<T> withTimestamps(Digest<T> digest) {
    return new Tally<>("TallyWithTimestamps", new TimedTallyFn<>(digest));
  }

  /**
   * Sums up elements and their event times, but not how many they are: a result may come in more or
   * fewer pieces, whose digests add up to the same.
   */
  public static <T> Tally<T> ofPieces(Digest<T> digest) {
    return new Tally<>("TallyOfPieces", new PieceTallyFn<>(digest));
  }

  @Override
  public PDone expand(PCollection<T> input) {
    input.apply(ParDo.of(fn));
    return PDone.in(input.getPipeline());
  }

  /** Forgets what was summed up. Call it before a pipeline runs. */
  public static void reset() {
    COUNT.reset();
    CHECKSUM.reset();
  }

  /** The outcome of the pipeline that has ended. */
  public static Outcome total() {
    return new Outcome(COUNT.sum(), CHECKSUM.sum());
  }

  /** The sums of one bundle. */
  private abstract static class BundleTallyFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;

    final Digest<T> digest;
    private transient long count;
    private transient long checksum;

    BundleTallyFn(Digest<T> digest) {
      this.digest = digest;
    }

    final void add(int elements, long value) {
      count += elements;
      checksum += value;
    }

    @StartBundle
    public void startBundle() {
      count = 0;
      checksum = 0;
    }

    @FinishBundle
    public void finishBundle() {
      COUNT.add(count);
      CHECKSUM.add(checksum);
    }
  }

  private static final class TallyFn<T> extends BundleTallyFn<T> {
    private static final long serialVersionUID = 1L;

    TallyFn(Digest<T> digest) {
      super(digest);
    }

    @ProcessElement
    public void process(@Element T element) {
      add(1, digest.of(element, 0));
    }
  }

  private static final class TimedTallyFn<T> extends BundleTallyFn<T> {
    private static final long serialVersionUID = 1L;

    TimedTallyFn(Digest<T> digest) {
      super(digest);
    }

    @ProcessElement
    public void process(@Element T element, @Timestamp Instant timestamp) {
      add(1, digest.of(element, timestamp.getMillis()));
    }
  }

  private static final class PieceTallyFn<T> extends BundleTallyFn<T> {
    private static final long serialVersionUID = 1L;

    PieceTallyFn(Digest<T> digest) {
      super(digest);
    }

    @ProcessElement
    public void process(@Element T element, @Timestamp Instant timestamp) {
      add(0, digest.of(element, timestamp.getMillis()));
    }
  }
}
