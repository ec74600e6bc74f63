package dev.microbatch.runner.failure;

import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchResult;
import java.util.Arrays;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;

/** Pipelines that need more memory than there is, and one that only fails for lack of stack. */
public final class FullHeap {

  private FullHeap() {}

  /** What a child can be told. */
  public interface Options extends MicroBatchPipelineOptions {
    /** Which pipeline to run. */
    Kind getKind();

    void setKind(Kind kind);

    /** How many numbers it reads. */
    @Default.Long(20_000_000)
    long getNumbers();

    void setNumbers(long numbers);
  }

  /** What fills the heap. */
  public enum Kind {
    GROUP,
    STATE,
    BAG,
    SESSIONS,
    MAP_VIEW,
    ENDLESS_ARRAY,
    NO_STACK
  }

  /** Runs one. */
  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Long> numbers =
        pipeline.apply("Read", GenerateSequence.from(0).to(options.getNumbers()));
    switch (options.getKind()) {
      case GROUP -> keyed(numbers, 10).apply("Fill", GroupByKey.create());
      case STATE -> keyed(numbers, Long.MAX_VALUE).apply("Fill", ParDo.of(new KeepFn()));
      case BAG -> keyed(numbers, 10).apply("Fill", ParDo.of(new GatherFn()));
      case SESSIONS ->
          keyed(numbers, Long.MAX_VALUE)
              .apply(Window.into(Sessions.withGapDuration(Duration.standardDays(1))))
              .apply("Fill", GroupByKey.create());
      case MAP_VIEW -> {
        PCollectionView<Map<Long, Long>> view =
            keyed(numbers, Long.MAX_VALUE).apply("Fill", View.asMap());
        pipeline
            .apply(Create.of(1L))
            .apply("Look", ParDo.of(new LookFn(view)).withSideInputs(view));
      }
      case ENDLESS_ARRAY -> numbers.apply("Fill", ParDo.of(new ArraysFn()));
      case NO_STACK -> numbers.apply("Fill", ParDo.of(new DeepFn()));
    }
    PipelineResult result = pipeline.run();
    if (result instanceof MicroBatchResult ended) {
      System.out.println("ended as " + ended.getState() + " after restores: " + ended.restores());
    }
  }

  private static PCollection<KV<Long, Long>> keyed(PCollection<Long> numbers, long keys) {
    return numbers
        .apply("Key", MapElements.via(new KeyFn(keys)))
        .setCoder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()));
  }

  private static final class KeyFn extends SimpleFunction<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final long keys;

    KeyFn(long keys) {
      this.keys = keys;
    }

    @Override
    public KV<Long, Long> apply(Long number) {
      return KV.of(number % keys, number);
    }
  }

  private static final class KeepFn extends DoFn<KV<Long, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    private final StateSpec<ValueState<Long>> last = StateSpecs.value(VarLongCoder.of());

    @ProcessElement
    public void process(@Element KV<Long, Long> element, @StateId("last") ValueState<Long> kept) {
      kept.write(element.getValue());
    }
  }

  private static final class GatherFn extends DoFn<KV<Long, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("all")
    private final StateSpec<BagState<Long>> all = StateSpecs.bag(VarLongCoder.of());

    @ProcessElement
    public void process(@Element KV<Long, Long> element, @StateId("all") BagState<Long> kept) {
      kept.add(element.getValue());
    }
  }

  private static final class LookFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Map<Long, Long>> view;

    LookFn(PCollectionView<Map<Long, Long>> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      context.output((long) context.sideInput(view).size());
    }
  }

  private static final class ArraysFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private transient byte[][] kept;

    @ProcessElement
    public void process() {
      kept = kept == null ? new byte[1][] : Arrays.copyOf(kept, kept.length + 1);
      kept[kept.length - 1] = new byte[1 << 16];
    }
  }

  private static final class DeepFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Long> out) {
      out.output(depth(number));
    }

    @SuppressWarnings("InfiniteRecursion")
    private static long depth(long number) {
      return 1 + depth(number + 1);
    }
  }
}
