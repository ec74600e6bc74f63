package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.log.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.extensions.avro.coders.AvroCoder;
import org.apache.beam.sdk.extensions.avro.io.AvroIO;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.Impulse;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.PeriodicImpulse;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that has changed between two runs is not ignored. */
@SuppressWarnings("unused") // Beam calls what it finds by annotation
class ChangedSourceTest {

  private static final String KEEP = "--onSourceChange=KEEP";
  private static final String RESPLIT = "--onSourceChange=RESPLIT";

  @TempDir Path directory;
  private Stopped pipeline;

  @BeforeEach
  void create() {
    pipeline = new Stopped(directory.resolve("checkpoints"));
  }

  private Path file(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.write(file, IntStream.range(100, 200).mapToObj(i -> name + " " + i).toList());
    return file;
  }

  private static Stopped.Read text(Path pattern) {
    return p -> p.apply("Read", TextIO.read().from(pattern.toString()));
  }

  private static Stopped.Read broker(String broker, String password, int partitions, String code) {
    return p -> p.apply("Read", Read.from(new BrokerSource(broker, password, partitions, code)));
  }

  private CheckpointException refused(Stopped.Read read, String... more) {
    return assertThrows(CheckpointException.class, () -> pipeline.resume(read, more));
  }

  /** Everything has been seen in one of two runs. */
  private static void assertSeen(List<String> wanted, List<String> before, List<String> after) {
    List<String> seen = new ArrayList<>(before);
    seen.addAll(after);
    assertThat(seen, hasItems(wanted.toArray(new String[0])));
    assertThat("read on", after.size(), lessThan(wanted.size()));
  }

  @Test
  void otherFilesAreRefusedByStepAndItemButNotByValue() throws IOException {
    pipeline.start(text(file("a")));

    CheckpointException refused = refused(text(file("b")));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("step Read"),
            containsString("filePattern"),
            containsString("--onSourceChange=KEEP"),
            containsString("--checkpointDir"),
            not(containsString(directory.resolve("b").toString()))));
  }

  @Test
  void theOldFilesAreReadOnIfTheUserSaysSo() throws IOException {
    Path a = file("a");
    List<String> before = pipeline.start(text(a));

    List<String> after = pipeline.resume(text(file("b")), KEEP);

    assertSeen(Files.readAllLines(a), before, after);
    assertThat(after, everyItem(startsWith("a ")));
  }

  @Test
  void afterKeepingTheOldFilesThoseAreStillWhatTheCheckpointKnows() throws IOException {
    Path a = file("a");
    pipeline.start(text(a));
    pipeline.start(20, text(file("b")), KEEP);

    refused(text(directory.resolve("b")));

    assertThat(pipeline.resume(text(a)), everyItem(startsWith("a ")));
  }

  @Test
  void aBoundedSourceIsNotSplitAgain() throws IOException {
    pipeline.start(text(file("a")));

    assertThat(
        refused(text(file("b")), RESPLIT).getMessage(),
        allOf(
            containsString("Only unbounded sources can be split again"),
            containsString(KEEP),
            not(containsString(RESPLIT))));
  }

  @Test
  void theSameFilesAreReadOn() throws IOException {
    Path a = file("a");
    List<String> before = pipeline.start(text(a));

    assertSeen(Files.readAllLines(a), before, pipeline.resume(text(a)));
  }

  /** What Avro reads and writes by reflection. */
  static final class Line {
    String text;

    static Line of(int i) {
      Line line = new Line();
      line.text = "line " + i;
      return line;
    }
  }

  private Stopped.Read avro() {
    String file = directory.resolve("lines.avro").toString();
    return p ->
        p.apply("Read", AvroIO.read(Line.class).from(file))
            .apply(
                "Text", MapElements.into(TypeDescriptors.strings()).via((Line line) -> line.text));
  }

  @Test
  void theRecordsOfAnAvroFileAreReadOn() {
    Pipeline write =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner").create());
    write
        .apply(Create.of(IntStream.range(0, 100).boxed().toList()))
        .apply(MapElements.into(TypeDescriptor.of(Line.class)).via(Line::of))
        .setCoder(AvroCoder.reflect(Line.class))
        .apply(
            AvroIO.write(Line.class)
                .to(directory.resolve("lines").toString())
                .withSuffix(".avro")
                .withoutSharding());
    write.run();
    List<String> before = pipeline.start(avro());

    assertSeen(
        IntStream.range(0, 100).mapToObj(i -> "line " + i).toList(),
        before,
        pipeline.resume(avro()));
  }

  private String replaced(Path file, String... more) {
    Throwable failure =
        assertThrows(RuntimeException.class, () -> pipeline.resume(text(file), more));
    return failure.getMessage();
  }

  @Test
  void aFileThatWasReplacedByAnotherOneIsRefused() throws IOException {
    Path a = file("a");
    pipeline.start(text(a));
    Files.write(a, IntStream.range(300, 350).mapToObj(i -> "other " + i).toList());

    assertThat(replaced(a), allOf(containsString(a.toString()), containsString("Read")));
  }

  @Test
  void aFileThatWasReplacedIsNotOpenedAgainAndAgain() throws IOException {
    Path a = file("a");
    pipeline.start(text(a));
    Files.write(a, List.of("other"));

    try (Log log = Log.of("dev.microbatch.executor")) {
      replaced(a, Stopped.RETRIES);

      assertThat(log.messages(Level.WARNING, "going back to commit"), is(empty()));
    }
  }

  @Test
  void aFileThatWasReplacedByALongerOneIsRefused() throws IOException {
    Path a = file("a");
    pipeline.start(text(a));
    Files.write(a, IntStream.range(300, 600).mapToObj(i -> "other " + i).toList());

    assertThat(replaced(a), containsString(a.toString()));
  }

  @Test
  void aFileThatWasReplacedIsReadIfTheUserSaysSo() throws IOException {
    Path a = file("a");
    pipeline.start(text(a));
    Files.write(a, IntStream.range(300, 400).mapToObj(i -> "o " + i).toList());

    assertThat(pipeline.resume(text(a), KEEP), everyItem(startsWith("o ")));
  }

  @Test
  void aFileThatHasGrownIsReadToItsOldEnd() throws IOException {
    Path a = file("a");
    List<String> lines = Files.readAllLines(a);
    List<String> before = pipeline.start(text(a));
    List<String> longer = new ArrayList<>(lines);
    longer.add("a new line");
    Files.write(a, longer);

    List<String> after = pipeline.resume(text(a));

    assertSeen(lines, before, after);
    assertThat(after, not(hasItem("a new line")));
  }

  @Test
  void aFileThatWasReadToItsEndMayBeGone() throws IOException {
    file("a1");
    file("a2");
    Path pattern = directory.resolve("a*");
    pipeline.start(text(pattern), Stopped.ALONE);
    List<String> rest = pipeline.start(text(pattern), Stopped.ALONE);
    String last = rest.get(rest.size() - 1).substring(0, 2);
    Files.delete(directory.resolve(last.equals("a1") ? "a2" : "a1"));

    assertThat(pipeline.resume(text(pattern)), everyItem(startsWith(last)));
  }

  @Test
  void aMovedBrokerIsRefusedAndNoValueIsTold() {
    pipeline.start(broker("old", "secret1", 2, "code"));

    CheckpointException refused = refused(broker("new", "secret2", 2, "code"));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("broker"),
            containsString("password"),
            containsString(RESPLIT),
            not(containsString("secret"))));
  }

  @Test
  void noValueThatASourceShowsIsStored() {
    pipeline.start(broker("b", "secret", 2, "c"));

    String checkpoints = directory.resolve("checkpoints").toString();
    try (CheckpointLog log = CheckpointLog.open(CheckpointStores.open(checkpoints), 2)) {
      Map<String, byte[]> attachments = log.restored().orElseThrow().attachments();
      assertThat(latin1(attachments.get("sources")), containsString("password"));
      attachments.forEach(
          (name, content) -> {
            if (!name.startsWith("splits/")) { // those are the source itself
              assertThat(name, latin1(content), not(containsString("secret")));
            }
          });
    }
  }

  private static String latin1(byte[] content) {
    return new String(content, StandardCharsets.ISO_8859_1);
  }

  @Test
  void aMovedBrokerIsReadFromTheOldPositionsIfTheUserSaysSo() {
    List<String> before = pipeline.start(broker("old", "p", 2, "code"));

    List<String> after = pipeline.resume(broker("new", "p", 2, "code"), RESPLIT);

    assertThat(after, everyItem(startsWith("new code ")));
    for (int split = 0; split < 2; split++) {
      for (int i = 1; i <= BrokerSource.MESSAGES; i++) {
        String message = " code " + split + ' ' + i;
        assertThat(before.contains("old" + message) || after.contains("new" + message), is(true));
      }
    }
    assertThat(after.size(), lessThan(2 * BrokerSource.MESSAGES));
  }

  @Test
  void afterTheMoveTheNewBrokerIsWhatTheCheckpointKnows() {
    pipeline.start(broker("old", "p", 2, "code"));
    pipeline.start(20, broker("new", "p", 2, "code"), RESPLIT);

    refused(broker("old", "p", 2, "code"));

    assertThat(pipeline.resume(broker("new", "p", 2, "code")), everyItem(startsWith("new code ")));
  }

  @Test
  void aBrokerThatSplitsIntoAnotherNumberIsRefused() {
    pipeline.start(broker("old", "p", 2, "code"));

    CheckpointException refused = refused(broker("new", "p", 3, "code"), RESPLIT);

    assertThat(
        refused.getMessage(),
        allOf(containsString("source Read"), containsString("2 splits"), containsString("3 now")));
  }

  @Test
  void theOldBrokerIsReadOnIfTheUserSaysSo() {
    pipeline.start(broker("old", "p", 2, "code"));

    assertThat(
        pipeline.resume(broker("new", "p", 3, "code"), KEEP), everyItem(startsWith("old code ")));
  }

  @Test
  void aSourceOfWhichOnlyTheCodeHasChangedIsSplitAgainWithoutAQuestion() {
    pipeline.start(broker("same", "p", 2, "old"));

    List<String> after = pipeline.resume(broker("same", "p", 2, "new"));

    assertThat(after, everyItem(startsWith("same new ")));
    assertThat(after.size(), lessThan(2 * BrokerSource.MESSAGES));
  }

  private static Stopped.Read created(String name) {
    return p ->
        p.apply("Values", Create.of(IntStream.range(0, 100).mapToObj(i -> name + i).toList()));
  }

  @Test
  void otherValuesOfACreateAreRefused() {
    pipeline.start(created("a"));

    assertThat(
        refused(created("b")).getMessage(),
        allOf(containsString("step Values"), containsString("values")));
    assertThat(pipeline.resume(created("a")), everyItem(startsWith("a")));
  }

  /** A Create of one value is an Impulse, which has long been sent when the pipeline fails. */
  private static Stopped.Read createdOne(String value) {
    return p ->
        PCollectionList.of(p.apply("Value", Create.of(value)))
            .and(sequence(100).apply(p))
            .apply(Flatten.pCollections());
  }

  @Test
  void anotherSingleValueOfACreateIsRefused() {
    pipeline.start(createdOne("a"));

    assertThat(refused(createdOne("b")).getMessage(), containsString("step Value"));
    assertThat(pipeline.resume(createdOne("a")), not(empty()));
  }

  @Test
  void theEntriesOfAMapMayComeInAnotherOrder() {
    List<KV<String, Long>> entries = new ArrayList<>();
    LongStream.range(0, 100).forEach(i -> entries.add(KV.of("n", i)));
    List<KV<String, Long>> reversed = new ArrayList<>(entries);
    Collections.reverse(reversed);
    pipeline.start(entries(entries));

    assertThat(pipeline.resume(entries(reversed)), not(empty()));
  }

  private static Stopped.Read entries(List<KV<String, Long>> entries) {
    return p ->
        p.apply("Entries", Create.of(entries))
            .apply(MapElements.into(TypeDescriptors.strings()).via(KV::toString));
  }

  /** Reads a topic, of which only the DoFn knows. */
  @DoFn.BoundedPerElement
  private static final class TopicFn extends DoFn<byte[], String> {
    private static final long serialVersionUID = 1;

    private final String topic;

    TopicFn(String topic) {
      this.topic = topic;
    }

    @Override
    public void populateDisplayData(DisplayData.Builder builder) {
      builder.add(DisplayData.item("topic", topic));
    }

    @GetInitialRestriction
    public OffsetRange initialRestriction() {
      return new OffsetRange(0, 100);
    }

    @ProcessElement
    public ProcessContinuation process(
        RestrictionTracker<OffsetRange, Long> tracker, OutputReceiver<String> out) {
      long from = tracker.currentRestriction().getFrom();
      for (long i = from; i < from + 10; i++) {
        if (!tracker.tryClaim(i)) {
          return ProcessContinuation.stop();
        }
        out.output(topic + ' ' + i);
      }
      return ProcessContinuation.resume();
    }
  }

  private static Stopped.Read topic(String topic) {
    return p -> p.apply("Impulse", Impulse.create()).apply("Read", ParDo.of(new TopicFn(topic)));
  }

  @Test
  void aSplittableReadOfSomethingElseIsRefused() {
    pipeline.start(topic("a"));

    assertThat(
        refused(topic("b")).getMessage(),
        allOf(containsString("step Read"), containsString("topic")));
    assertThat(pipeline.resume(topic("b"), KEEP), everyItem(startsWith("b")));
  }

  /** Its first tick, which is an element that Beam creates, is later with each start. */
  @Test
  void aPeriodicImpulseThatBeginsNowIsReadOn() {
    Stopped.Read ticks =
        p -> {
          Instant now = Instant.now();
          return PCollectionList.of(
                  p.apply(
                          "Ticks",
                          PeriodicImpulse.create()
                              .startAt(now)
                              .stopAt(now.plus(Duration.millis(3)))
                              .withInterval(Duration.millis(1)))
                      .apply("Tick", MapElements.into(TypeDescriptors.strings()).via(t -> "tick")))
              .and(sequence(100).apply(p))
              .apply(Flatten.pCollections());
        };
    pipeline.start(ticks);

    assertThat(pipeline.resume(ticks), not(empty()));
  }

  @Test
  void aSequenceThatEndsElsewhereIsRefused() {
    Stopped.Read hundred = sequence(100);
    pipeline.start(hundred);

    assertThat(refused(sequence(200)).getMessage(), containsString("step Read"));
    assertThat(pipeline.resume(hundred), not(empty()));
  }

  private static Stopped.Read sequence(long to) {
    return p ->
        p.apply("Read", GenerateSequence.from(0).to(to))
            .apply("Text", MapElements.into(TypeDescriptors.strings()).via((Long n) -> "n " + n));
  }

  @Test
  void withoutCheckpointsTheOptionIsRefused() {
    Pipeline plain =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner", KEEP).create());
    plain.apply(Create.of(1));

    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, plain::run);

    assertThat(
        refused.getMessage(), allOf(containsString(KEEP), containsString("--checkpointDir")));
  }
}
