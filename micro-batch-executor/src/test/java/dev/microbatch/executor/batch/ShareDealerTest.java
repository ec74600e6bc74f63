package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.Times;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShareDealerTest {

  private static final int STAGES = 7;
  private static final int PARTITIONS = 5;

  private final ShareDealer dealer = new ShareDealer(STAGES, PARTITIONS);
  private final BitSet ready = new BitSet();
  private final List<StageReport> readers = new ArrayList<>();

  private void readers(boolean hasMore, boolean done) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (int stage = 0; stage < STAGES; stage++) {
        readers.add(reader(stage, partition, hasMore, done));
      }
    }
    ready.set(0, STAGES);
  }

  private static StageReport reader(int stage, int partition, boolean hasMore, boolean done) {
    return new StageReport(
        stage,
        partition,
        new Times(0, 0),
        0,
        hasMore,
        done,
        0,
        0,
        0,
        false,
        false,
        Long.MAX_VALUE,
        Map.of(),
        EventTime.MAX,
        EventTime.MAX,
        HoldKind.NONE,
        Long.MAX_VALUE,
        0,
        false,
        ReportBuilder.NO_FIGURES);
  }

  private void set(int stage, int partition, boolean hasMore, boolean done) {
    readers.set(partition * STAGES + stage, reader(stage, partition, hasMore, done));
  }

  private static long sum(ReadShares shares) {
    long sum = 0;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        sum += shares.of(stage, partition);
      }
    }
    return sum;
  }

  private ReadShares deal(long records) {
    return dealer.deal(records, Long.MAX_VALUE, ready, readers);
  }

  @Test
  void theOneThatHasMoreGetsWhatIsNotNeededToLookAtTheOthers() {
    readers(false, false);
    set(3, 2, true, false);

    ReadShares shares = deal(100);

    assertThat(shares.of(3, 2), is(66L));
    assertThat(shares.of(3, 1), is(1L));
    assertThat(sum(shares), is(100L));
  }

  @Test
  void allThatHaveMoreShareEvenly() {
    readers(true, false);

    ReadShares shares = deal(100);

    assertThat(sum(shares), is(100L));
    for (int stage = 0; stage < STAGES; stage++) {
      long share = shares.of(stage, stage % PARTITIONS);
      assertThat(share == 2 || share == 3, is(true));
    }
  }

  @Test
  void thoseThatHaveEndedOrMayNotReadGetNothing() {
    readers(true, true);
    set(0, 0, true, false);
    set(1, 0, true, false);
    ready.clear(1);

    ReadShares shares = deal(100);

    assertThat(shares.of(0, 0), is(100L));
  }

  @Test
  void fewRecordsAreDealtInTurnSoThatEveryoneIsLookedAt() {
    readers(true, false);
    List<Integer> turns = new ArrayList<>();
    BitSet seen = new BitSet();
    for (int batch = 0; batch < STAGES * PARTITIONS; batch++) {
      ReadShares shares = deal(1);
      assertThat(sum(shares), is(1L));
      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (int stage = 0; stage < STAGES; stage++) {
          if (shares.of(stage, partition) == 1) {
            turns.add(partition * STAGES + stage);
            seen.set(partition * STAGES + stage);
          }
        }
      }
    }

    assertThat(seen.cardinality(), is(STAGES * PARTITIONS));
    assertThat(turns.subList(0, 3), contains(0, 1, 2));
  }

  @Test
  void aTurnGoesOnWhenOthersHaveEnded() {
    readers(true, false);
    deal(2);
    set(2, 0, true, true);

    ReadShares shares = deal(2);

    assertThat(shares.of(3, 0), is(1L));
    assertThat(shares.of(4, 0), is(1L));
    assertThat(sum(shares), is(2L));
  }

  @Test
  void nobodyGetsMoreThanAReaderMayRead() {
    readers(true, false);

    assertThat(sum(dealer.deal(1_000, 1, ready, readers)), is((long) STAGES * PARTITIONS));
    assertThat(dealer.deal(Long.MAX_VALUE, 1, ready, readers).of(6, 4), is(1L));
    assertThat(deal(Long.MAX_VALUE).of(6, 4), is(Long.MAX_VALUE));
  }
}
