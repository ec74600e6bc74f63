package dev.microbatch.translation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.junit.jupiter.api.Test;

/** What a plan looks like in print. */
class PlanPrinterTest {

  @Test
  void printsStagesStepsAndExchanges() {
    Pipeline pipeline = Plans.pipeline();
    PCollection<Long> main = pipeline.apply("Main", GenerateSequence.from(0).to(5));
    PCollectionView<Iterable<Long>> view =
        pipeline.apply("Side", GenerateSequence.from(0).to(1)).apply("View", View.asIterable());
    main.apply("Read", ParDo.of(new Pass()).withSideInput("side", view));

    String printed = PlanPrinter.print(Plans.translate(pipeline));

    assertThat(
        printed,
        is(
            """
            Plan test: 4 stages, 3 exchanges, 8 key groups
            Stage 0: Main/Read(BoundedCountingSource), after stage 1
              0 BoundedRead Main/Read(BoundedCountingSource)
                  out -> stage 3 forward
            Stage 1: Side/Read(BoundedCountingSource)
              0 BoundedRead Side/Read(BoundedCountingSource)
                  out -> 1
              1 ParDo View/MapElements/Map/ParMultiDo(Anonymous)
                  output -> 2
              2 WithVoidKey View/View.CreatePCollectionView/WithVoidKey
                  out -> stage 2 by key
            Stage 2: View/View.CreatePCollectionView
              from stage 1 by key: View/View.CreatePCollectionView/WithVoidKey.out
              0 GroupByKey* View/View.CreatePCollectionView
                  out -> 1
              1 MaterializeView View/View.CreatePCollectionView/View
                  out -> stage 3 broadcast as side input
            Stage 3: Read/ParMultiDo(Pass)
              from stage 0 forward: Main/Read(BoundedCountingSource).out
              side input from stage 2 broadcast: View/View.CreatePCollectionView/View.out
              0 ParDo* Read/ParMultiDo(Pass)
                  output -> nobody
            """));
  }

  static final class Pass extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long element, OutputReceiver<Long> out) {
      out.output(element);
    }
  }
}
