package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.time.Clock;
import org.junit.jupiter.api.Test;

class ReadBudgetTest {

  private final ReadBudget budget = new ReadBudget();

  @Test
  void growsUntilNothingButTheTimeBoundsABatch() {
    for (int batch = 0; batch < 100; batch++) {
      budget.update(Clock.toNanos(10), budget.records(), true);
    }

    assertThat(budget.records(), is(Long.MAX_VALUE));
    assertThat(budget.nanos(), is(Clock.toNanos(250)));
  }

  @Test
  void staysAsItIsWhileSourcesHaveNoMore() {
    budget.update(Clock.toNanos(10), 3, false);

    assertThat(budget.records(), is(ReadBudget.FIRST_RECORDS));
    assertThat(budget.nanos(), is(ReadBudget.LEAST));
  }

  @Test
  void readsAsManyRecordsAsFitIfTheyAreSlowBehindAnExchange() {
    budget.update(Clock.toNanos(64 * 50), 64, true);

    assertThat(budget.records(), is(5L));

    budget.update(Clock.toNanos(1_000_000), 5, true);

    assertThat(budget.records(), is(1L));
  }

  @Test
  void aLongBatchShortensTheReadingFirst() {
    for (int batch = 0; batch < 3; batch++) {
      budget.update(Clock.toNanos(10), budget.records(), true);
    }
    long records = budget.records();
    long nanos = budget.nanos();

    budget.update(Clock.toNanos(300), records / 2, true);

    assertThat(budget.records(), is(records));
    assertThat(budget.nanos(), is(lessThanOrEqualTo(nanos * 250 / 300)));
    assertThat(budget.nanos(), is(greaterThan(nanos / 2)));
  }
}
