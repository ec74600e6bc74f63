package dev.microbatch.kafka.kill;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Result FIRST = new Result("7", "1:0");
  private static final Result SECOND = new Result("7", "2:1");
  private static final Result OTHER = new Result("8", "1:2");

  private final Ledger ledger = new Ledger("numbered", new NumberedEvents());

  @BeforeEach
  void expectThreeEvents() {
    ledger.expect(new Event(0, 7, 100));
    ledger.expect(new Event(1, 7, 101));
    ledger.expect(new Event(2, 8, 102));
  }

  @Test
  void isCleanWhenEverythingIsThereOnceInAnyOrder() {
    ledger.enter(OTHER, "");
    ledger.enter(SECOND, "");
    assertThat(ledger.isComplete(), is(false));
    ledger.enter(FIRST, "");

    assertThat(ledger.isComplete(), is(true));
    assertThat(ledger.tally().isClean(), is(true));
    assertThat(ledger.differences(), is(empty()));
    assertThat(ledger.losses(), is(empty()));
  }

  @Test
  void findsWhatIsNotThere() {
    ledger.enter(FIRST, "");
    ledger.enter(OTHER, "");

    assertThat(ledger.tally(), is(new Ledger.Tally("numbered", 3, 2, 1, 0, 0)));
    assertThat(ledger.losses(), contains("numbered lost: 7=2:1"));
  }

  @Test
  void findsWhatIsThereTwice() {
    ledger.enter(FIRST, "");
    ledger.enter(FIRST, "offset 5");

    assertThat(ledger.tally().duplicates(), is(1));
    assertThat(ledger.differences(), contains("numbered once more: 7=1:0 (offset 5)"));
  }

  @Test
  void findsAnEventWithTheWrongNumber() {
    ledger.enter(new Result("7", "3:1"), "offset 5");

    assertThat(ledger.tally().wrong(), is(1));
    assertThat(ledger.differences(), contains("numbered wrong: 7=3:1 instead of 7=2:1 (offset 5)"));
  }

  @Test
  void findsResultsThatBelongToNothing() {
    ledger.enter(new Result("7", "3:3"), "");
    ledger.enter(new Result("7", "1:-1"), "");
    ledger.enter(new Result("7", "nonsense"), "");
    ledger.enter(new Result("7", ""), "");

    assertThat(ledger.tally().wrong(), is(4));
    assertThat(
        ledger.differences().get(2), startsWith("numbered wrong: 7=nonsense, which belongs"));
  }
}
