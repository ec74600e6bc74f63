package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

class BacklogTest {

  private final Backlog backlog = new Backlog();

  @Test
  void aCommitThatMerelyTakesLongHoldsNothingUp() {
    backlog.batch(2 * Backlog.MAX_RECORDS);

    assertThat(backlog.isFull(-1), is(false));
  }

  @Test
  void batchesGoOnForATimeWhileACommitFails() {
    assertThat(backlog.isFull(0), is(false));
    assertThat(backlog.isFull(Backlog.MAX_MILLIS - 1), is(false));
    assertThat(backlog.isFull(Backlog.MAX_MILLIS), is(true));
  }

  @Test
  void batchesGoOnForANumberOfRecordsWhileACommitFails() {
    backlog.batch(Backlog.MAX_RECORDS - 1);
    assertThat(backlog.isFull(0), is(false));

    backlog.batch(1);

    assertThat(backlog.isFull(0), is(true));
  }

  @Test
  void whatIsInACommitDoesNotCountForTheNext() {
    backlog.batch(Backlog.MAX_RECORDS);
    backlog.commit();

    assertThat(backlog.isFull(0), is(false));
  }
}
