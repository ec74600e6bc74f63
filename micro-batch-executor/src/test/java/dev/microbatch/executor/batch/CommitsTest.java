package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Commits every second; the last one was begun at 0. */
class CommitsTest {

  private static final long NEVER = Long.MAX_VALUE;

  /** A committer whose commits become durable when a test says so. */
  private static final class HeldCommitter implements Committer {
    private @Nullable CommitPoint inFlight;
    private boolean ready;
    private long failingMillis = -1;

    @Override
    public boolean isIdle() {
      return inFlight == null;
    }

    @Override
    public void begin(CommitPoint point, @Nullable CapturedCommit captured) {
      inFlight = point;
      ready = false;
    }

    @Override
    public @Nullable CommitPoint poll() {
      CommitPoint durable = ready ? inFlight : null;
      if (ready) {
        inFlight = null;
      }
      return durable;
    }

    @Override
    public long failingMillis() {
      return failingMillis;
    }

    @Override
    public void close() {}
  }

  private final HeldCommitter committer = new HeldCommitter();
  private final Commits commits = new Commits(committer, 1_000);

  private static long ms(long millis) {
    return Clock.toNanos(millis);
  }

  private static CommitPoint point(long batch) {
    return new CommitPoint(batch, 0, 0, 0, false, false, new MetricsContainerStepMap());
  }

  private void commitBehindBatch(long batch, long millis) {
    commits.batch(commits.durable(), 1, true);
    commits.commit(point(batch), null, ms(millis));
  }

  @TestFactory
  Stream<DynamicTest> aBatchEndsWhenACommitIsDueAndTheCommitComesBehindIt() {
    return Stream.of(
        share("long before: it reads as long as it may", 100, 20, 30, false, 20, false),
        share("a commit is wanted", 100, 20, 30, true, 20, true),
        share("it would end behind the moment", 985, 20, 10, false, 15, true),
        share("it would end at the moment", 980, 20, 10, false, 20, true),
        share("batches have been longer than that", 950, 20, 60, false, 20, true),
        share("they have been shorter", 950, 20, 49, false, 20, false));
  }

  private DynamicTest share(
      String name,
      long now,
      long read,
      long lastBatch,
      boolean wanted,
      long expectedRead,
      boolean expected) {
    return DynamicTest.dynamicTest(
        name,
        () ->
            assertThat(
                commits.share(ms(now), ms(read), ms(lastBatch), true, wanted),
                is(new Commits.Share(ms(expectedRead), expected))));
  }

  @Test
  void aBatchIsNeverTooShortToReadThoughACommitIsLongOverdue() {
    assertThat(
        commits.share(ms(5_000), ms(20), 0, true, false),
        is(new Commits.Share(ReadBudget.LEAST, true)));
  }

  @Test
  void noCommitBeginsWhileOneIsInFlight() {
    commitBehindBatch(1, 0);

    assertThat(
        commits.share(ms(5_000), ms(20), 0, true, true), is(new Commits.Share(ms(20), false)));
  }

  @Test
  void aCommitIsDueWhenABatchHasRunSinceTheLastAndNoneIsInFlight() {
    assertThat("no batch", commits.untilDueNanos(ms(300)), is(NEVER));
    commits.batch(0, 0, true);
    assertThat("a batch", commits.untilDueNanos(ms(300)), is(ms(700)));
    commits.commit(point(1), null, ms(400));
    commits.batch(0, 0, true);
    assertThat("one is in flight", commits.untilDueNanos(ms(500)), is(NEVER));
    committer.ready = true;
    commits.poll();
    assertThat("it is durable", commits.untilDueNanos(ms(500)), is(ms(900)));
  }

  @Test
  void whereOnlyTimePassesACommitIsDueLater() {
    commits.batch(0, 0, false);
    assertThat(commits.untilDueNanos(ms(300)), is(ms(Commits.IDLE_MILLIS - 300)));
    assertThat(commits.share(ms(1_000), ms(20), 0, false, false).commit(), is(false));
    assertThat("work is due", commits.share(ms(1_000), ms(20), 0, true, false).commit(), is(true));
    commits.batch(0, 0, true);
    commits.batch(0, 0, false);
    assertThat("something came before", commits.untilDueNanos(ms(300)), is(ms(700)));
    assertThat(commits.share(ms(1_000), ms(20), 0, false, false).commit(), is(true));
    commits.commit(point(1), null, ms(1_000));
    committer.ready = true;
    commits.poll();
    commits.batch(1, 0, false);
    assertThat(commits.untilDueNanos(ms(1_000)), is(ms(Commits.IDLE_MILLIS)));
  }

  @Test
  void aLongIntervalHoldsForIdleStreamsToo() {
    Commits rare = new Commits(committer, 60_000);
    rare.batch(0, 0, false);
    assertThat(rare.untilDueNanos(0), is(ms(60_000)));
  }

  @Test
  void aCommitIsNewsUntilABatchHasTold() {
    commitBehindBatch(1, 0);
    assertThat("in flight", commits.haveNews(), is(false));
    committer.ready = true;
    commits.poll();
    assertThat("durable", commits.haveNews(), is(true));
    commits.batch(0, 0, true);
    assertThat("behind a batch that had begun before", commits.haveNews(), is(true));
    commits.batch(1, 0, true);
    assertThat("told", commits.haveNews(), is(false));
  }

  @Test
  void aRestoredCommitIsDurableAndNoNews() {
    commits.restore(7);

    assertThat(commits.durable(), is(7L));
    assertThat(commits.haveNews(), is(false));
  }

  @Test
  void recordsAreLimitedUntilACommitIsDurable() {
    BatchSummary.Retries after = new BatchSummary.Retries(1, 10);
    List<Long> passed = new ArrayList<>();
    commits.limitRecords(after, () -> passed.add(commits.durable()));
    commitBehindBatch(3, 0);
    commits.poll();
    assertThat(commits.retries(), is(after));

    committer.ready = true;
    commits.poll();

    assertThat(commits.retries(), is(BatchSummary.Retries.NONE));
    assertThat(passed, contains(3L));
  }

  @Test
  void recordsOfACommitThatFailsDoNotCountButThoseBehindItDo() {
    commits.batch(0, Backlog.MAX_RECORDS, true);
    commits.commit(point(1), null, 0);
    committer.failingMillis = 0;
    assertThat(commits.areTooFarBehind(), is(false));

    commits.batch(0, Backlog.MAX_RECORDS, true);

    assertThat(commits.areTooFarBehind(), is(true));
  }
}
