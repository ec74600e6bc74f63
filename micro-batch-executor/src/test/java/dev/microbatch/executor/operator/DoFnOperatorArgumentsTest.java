package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** What the methods of a DoFn can ask for. */
class DoFnOperatorArgumentsTest {

  private static final IntervalWindow WINDOW =
      new IntervalWindow(new Instant(0), new Instant(1000));
  private static final PaneInfo PANE = PaneInfo.createPane(true, false, PaneInfo.Timing.EARLY);
  private static final Meta META = Meta.of(7, WINDOW, PANE);

  private static final Schema PERSON = Schema.builder().addStringField("name").build();

  static class ParametersFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String element,
        @Timestamp Instant timestamp,
        BoundedWindow window,
        PaneInfo pane,
        PipelineOptions options,
        CausedByDrain drain,
        BundleFinalizer finalizer,
        OutputReceiver<String> out) {
      out.output(element);
      out.output(timestamp.toString());
      out.output(window.toString());
      out.output(pane.toString());
      out.output(String.valueOf(options == DoFnStep.OPTIONS));
      out.output(drain.toString());
      finalizer.afterBundleCommit(Instant.EPOCH, () -> {});
    }
  }

  @Test
  void parametersDescribeTheElement() {
    DoFnStep step = new DoFnStep(new ParametersFn());
    step.run("hello", META.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN));
    assertThat(
        step.main.values(),
        contains(
            "hello",
            new Instant(7).toString(),
            WINDOW.toString(),
            PANE.toString(),
            "true",
            "CAUSED_BY_DRAIN"));
    assertThat(step.finalizers, hasSize(1));
  }

  static class ContextFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(c.element());
      c.output(c.timestamp().toString());
      c.output(c.pane().toString());
      c.output(c.currentRecordId());
      c.output(String.valueOf(c.currentRecordOffset()));
      c.output(c.causedByDrain().toString());
      c.output(String.valueOf(c.getPipelineOptions() == DoFnStep.OPTIONS));
    }
  }

  @Test
  void processContextDescribesTheElement() {
    DoFnStep step = new DoFnStep(new ContextFn());
    step.run("hello", META.withRecordId("id", 3L));
    assertThat(
        step.main.values(),
        contains("hello", new Instant(7).toString(), PANE.toString(), "id", "3", "NORMAL", "true"));
  }

  static class BundleFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private transient int options;

    @Setup
    public void setup(PipelineOptions given) {
      count(given);
    }

    @StartBundle
    public void start(StartBundleContext c, PipelineOptions given, BundleFinalizer finalizer) {
      count(given);
      count(c.getPipelineOptions());
      finalizer.afterBundleCommit(Instant.EPOCH, () -> {});
    }

    @ProcessElement
    public void process(@Element String element) {}

    @FinishBundle
    public void finish(FinishBundleContext c, PipelineOptions given, BundleFinalizer finalizer) {
      count(given);
      count(c.getPipelineOptions());
      finalizer.afterBundleCommit(Instant.EPOCH, () -> {});
      c.output("main " + options, new Instant(5), WINDOW);
      c.output(DoFnStep.EXTRA, "extra", new Instant(6), GlobalWindow.INSTANCE);
    }

    private void count(PipelineOptions given) {
      options += given == DoFnStep.OPTIONS ? 1 : 0;
    }
  }

  @Test
  void bundleMethodsGetOptionsFinalizerAndOutputs() {
    DoFnStep step = new DoFnStep(new BundleFn());
    step.run("ignored", META);
    assertThat(
        step.main.records,
        contains(new Collector.Received("main 5", Meta.of(5, WINDOW, PaneInfo.NO_FIRING))));
    assertThat(
        step.extra.records, contains(new Collector.Received("extra", Meta.inGlobalWindow(6))));
    assertThat(step.finalizers, hasSize(2));
  }

  static class SideInputFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<String> view;

    SideInputFn(PCollectionView<String> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(
        ProcessContext c, @SideInput("tag") String byTag, OutputReceiver<String> out) {
      out.output(byTag);
      out.output(c.sideInput(view));
    }
  }

  @Test
  void sideInputsAreReadByTagAndByView() {
    PCollectionView<String> view = Views.singleton();
    DoFnStep step =
        new DoFnStep(new SideInputFn(view)).sideInput("tag", view, Views.windowOf(view));
    step.run("ignored", META);
    String expected = "side input of " + GlobalWindow.INSTANCE;
    assertThat(step.main.values(), contains(expected, expected));
  }

  static class ViewFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<String> view;

    ViewFn(PCollectionView<String> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(c.sideInput(view));
    }
  }

  @Test
  void unknownViewIsRefused() {
    DoFnStep step = new DoFnStep(new ViewFn(Views.singleton()));
    StepException e = assertThrows(StepException.class, () -> step.run("ignored", META));
    assertThat(e.getCause(), instanceOf(IllegalArgumentException.class));
    assertThat(e.getCause().getMessage(), containsString("sideInput() with unknown view"));
  }

  static class FieldFn extends DoFn<Row, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@FieldAccess("name") String name, OutputReceiver<String> out) {
      out.output(name);
    }
  }

  @Test
  void schemaElementsAreConverted() {
    Pipeline pipeline = Views.pipeline();
    Row row = Row.withSchema(PERSON).addValue("Ada").build();
    PCollection<Row> rows = pipeline.apply(Create.of(row).withRowSchema(PERSON));
    FieldFn fn = new FieldFn();
    DoFnSchemaInformation information = ParDo.getDoFnSchemaInformation(fn, rows);
    DoFnStep step = new DoFnStep(fn).schema(information);
    step.run(row, META);
    assertThat(step.main.values(), contains("Ada"));
  }

  private static SchemaCoder<String> nameCoder() {
    return SchemaCoder.of(
        PERSON,
        TypeDescriptors.strings(),
        name -> Row.withSchema(PERSON).addValue(name).build(),
        row -> row.getString("name"));
  }

  static class RowFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String element, OutputReceiver<Row> rows, MultiOutputReceiver outputs) {
      Row row = Row.withSchema(PERSON).addValue(element).build();
      rows.output(row);
      rows.builder(row).setTimestamp(new Instant(9)).output();
      outputs.getRowReceiver(DoFnStep.EXTRA).output(row);
    }
  }

  @Test
  void rowsBecomeTheTypeOfTheOutput() {
    DoFnStep step =
        new DoFnStep(new RowFn())
            .coder(DoFnStep.MAIN, nameCoder())
            .coder(DoFnStep.EXTRA, nameCoder());
    step.run("Ada", META);
    assertThat(step.main.values(), contains("Ada", "Ada"));
    assertThat(step.main.records.get(1).meta(), is(META.withTimestamp(9)));
    assertThat(step.extra.values(), contains("Ada"));
  }

  @Test
  void rowsNeedASchema() {
    DoFnStep step = new DoFnStep(new RowFn());
    StepException e = assertThrows(StepException.class, () -> step.run("Ada", META));
    assertThat(e.getCause(), instanceOf(IllegalStateException.class));
    assertThat(e.getCause().getMessage(), containsString("Output main takes no rows"));
  }
}
