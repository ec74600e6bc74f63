package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.batch.DueWork.Last;
import dev.microbatch.executor.batch.DueWork.Script;
import dev.microbatch.executor.batch.Pacing.Sources;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One source that is open and has nothing, behind a batch that left nothing to do. */
class DueWorkTest {

  private static final Plan PLAN =
      new Plan(
          "test",
          List.of(
              new Stage(
                  0,
                  "Read",
                  List.of(new Step("Read", new StepSpec.Impulse(), List.of())),
                  List.of(),
                  Map.of(),
                  List.of())),
          List.of(),
          16);

  private final ReportBuilder report = new ReportBuilder(0, 0);
  private @Nullable Last last = new Last(stage0(), false);
  private BitSet ready = stage0();
  private Script script = Script.NONE;
  private boolean found;
  private boolean draining;
  private boolean drainAsked;
  private boolean commitsIdle = true;
  private boolean commitNews;

  private static BitSet stage0() {
    return BitSet.valueOf(new long[] {1});
  }

  private DueWork work() {
    return new DueWork(
        PipelineStatus.of(PLAN, List.of(report.build())),
        last,
        ready,
        script,
        found,
        draining,
        drainAsked,
        commitsIdle,
        commitNews);
  }

  private DueWorkTest ended() {
    report.done = true;
    ready = new BitSet();
    return this;
  }

  private DueWorkTest script(Script where) {
    script = where;
    ready = new BitSet();
    return this;
  }

  private DueWorkTest moved() {
    last = new Last(stage0(), true);
    return this;
  }

  @TestFactory
  Stream<DynamicTest> aBatchIsDueWhenItHasSomethingToDo() {
    return Stream.of(
        due("nothing", w -> {}, false),
        due("the first batch", w -> w.last = null, true),
        due("a poll has found something", w -> w.found = true, true),
        due("the last batch read records", w -> w.report.records = 1, true),
        due("a source has more", w -> w.report.hasMore = true, true),
        due("one that may not read has more", w -> w.waiting().report.hasMore = true, false),
        due("a source may read now", w -> w.last = new Last(new BitSet(), false), true),
        due("only a watermark moved, and a poll will ask", w -> w.moved(), false),
        due("a drain was asked", w -> w.drainAsked = true, true),
        due("a drain has begun", w -> w.draining = w.drainAsked = true, false),
        due("something awaits a commit", w -> w.report.awaitsCommit = true, true),
        due("and one is in flight", w -> w.busy().report.awaitsCommit = true, false),
        due("a commit is durable, and nobody waits", w -> w.commitNews = true, false),
        due("what was sealed waits for a commit", w -> w.report.unacknowledged = true, false),
        due("and that is durable", w -> w.news().report.unacknowledged = true, true),
        due("a script plays", w -> w.script(Script.PLAYING), true),
        due("unless records are withheld", w -> w.script(Script.PLAYING).withholds(), false),
        due("a script is over, and a source is open", w -> w.script(Script.OVER), false),
        due("no source is open", w -> w.ended(), false),
        due("and the last batch moved a watermark", w -> w.ended().moved(), true),
        due("or a timer of a script waits", w -> w.ended().script(Script.OVER).timer(), true),
        due("a timer waits for the clock", w -> w.ended().timer(), false));
  }

  @TestFactory
  Stream<DynamicTest> whatIsDueChangesStateUnlessItIsAnAcknowledgement() {
    return Stream.of(
        changes("nothing is due", w -> {}, false),
        changes("records wait", w -> w.report.hasMore = true, true),
        changes("acknowledgements", w -> w.news().report.unacknowledged = true, false));
  }

  @TestFactory
  Stream<DynamicTest> sourcesAreAskedByPollsUnlessAScriptPlays() {
    return Stream.of(
        row("one is open", w -> {}, w -> assertThat(w.sources(), is(Sources.POLLED))),
        row("none is open", w -> w.ended(), w -> assertThat(w.sources(), is(Sources.NONE))),
        row("a drain", w -> w.draining = true, w -> assertThat(w.sources(), is(Sources.NONE))),
        row(
            "a script, even one that is over",
            w -> w.ended().script(Script.OVER),
            w -> assertThat(w.sources(), is(Sources.IN_BATCHES))));
  }

  @TestFactory
  Stream<DynamicTest> thePipelineStandsStillWhenNothingWillEverBeDue() {
    return Stream.of(
        still("a source is open", w -> {}, false),
        still("none is", w -> w.ended(), true),
        still("a timer waits", w -> w.ended().timer(), false),
        still("a commit is in flight", w -> w.ended().busy(), false),
        still("work is due", w -> w.ended().moved(), false));
  }

  private static DynamicTest due(String name, Consumer<DueWorkTest> given, boolean expected) {
    return row(name, given, work -> assertThat(work.isDue(), is(expected)));
  }

  private static DynamicTest changes(String name, Consumer<DueWorkTest> given, boolean expected) {
    return row(name, given, work -> assertThat(work.changesState(), is(expected)));
  }

  private static DynamicTest still(String name, Consumer<DueWorkTest> given, boolean expected) {
    return row(name, given, work -> assertThat(work.standsStill(), is(expected)));
  }

  private static DynamicTest row(
      String name, Consumer<DueWorkTest> given, Consumer<DueWork> expected) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          DueWorkTest moment = new DueWorkTest();
          given.accept(moment);
          expected.accept(moment.work());
        });
  }

  private DueWorkTest waiting() {
    ready = new BitSet();
    return this;
  }

  private DueWorkTest busy() {
    commitsIdle = false;
    return this;
  }

  private DueWorkTest news() {
    commitNews = true;
    return this;
  }

  private DueWorkTest withholds() {
    report.withholds = true;
    return this;
  }

  private DueWorkTest timer() {
    report.nextWakeUp = 5_000;
    return this;
  }
}
