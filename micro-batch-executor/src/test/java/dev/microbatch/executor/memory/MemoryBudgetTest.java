package dev.microbatch.executor.memory;

import static dev.microbatch.executor.memory.MemoryBudget.PIECE;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private final MemoryBudget budget = new MemoryBudget("wordcount", 16 * PIECE);

  /** Holds memory, and lets go of all of it when it is asked to. */
  private final class Holder implements Spillable {
    private final MemoryBudget.Account account;
    private final List<Long> asked = new ArrayList<>();
    private long used;
    private long grant;

    Holder(String name) {
      this.account = budget.open(name, this);
    }

    void add(long bytes) {
      used += bytes;
      if (used > grant) {
        grant = account.grow(used);
      }
    }

    @Override
    public void spill(long wanted) {
      asked.add(wanted);
      used = 0;
      grant = account.release(0);
    }
  }

  @Test
  void memoryIsGrantedInWholePieces() {
    Holder holder = new Holder("a");
    holder.add(1);
    assertThat(budget.granted(), is(PIECE));
    holder.add(PIECE - 1);
    assertThat(budget.granted(), is(PIECE));
    holder.add(1);
    assertThat(budget.granted(), is(2 * PIECE));
    holder.account.release(PIECE + 1);
    assertThat(budget.granted(), is(2 * PIECE));
    holder.account.release(PIECE);
    assertThat(budget.granted(), is(PIECE));
    holder.account.close();
    holder.account.close();
    assertThat(budget.granted(), is(0L));
  }

  @Test
  void whoeverHoldsMostGivesBackOnItsOwnThread() {
    Holder large = new Holder("large");
    Holder small = new Holder("small");
    large.add(12 * PIECE);
    small.add(4 * PIECE);
    assertThat(large.asked, empty());
    small.add(1);
    assertThat("only its own thread may do that", large.asked, empty());
    large.account.giveBackIfAsked();
    assertThat(large.asked, contains(PIECE));
    assertThat(small.asked, empty());
    assertThat(budget.granted(), is(5 * PIECE));
    assertThat(budget.spilled(), is(12 * PIECE));
    large.account.giveBackIfAsked();
    assertThat("once", large.asked, contains(PIECE));
  }

  @Test
  void whoeverNeedsMoreGivesBackItselfWhenOthersDoNotComeToIt() {
    Holder large = new Holder("large");
    Holder small = new Holder("small");
    large.add(12 * PIECE);
    small.add(6 * PIECE);
    assertThat("an eighth over is borne", small.asked, empty());
    small.add(PIECE);
    assertThat(small.asked, contains(3 * PIECE));
    assertThat(budget.granted(), is(12 * PIECE));
    large.account.giveBackIfAsked();
    assertThat("there is enough by now", large.asked, empty());
  }

  @Test
  void asManyAreAskedAsHoldWhatIsOver() {
    Holder a = new Holder("a");
    Holder b = new Holder("b");
    Holder c = new Holder("c");
    a.add(6 * PIECE);
    b.add(5 * PIECE);
    c.add(4 * PIECE);
    budget.open("fixed", null).grow(9 * PIECE);
    a.account.giveBackIfAsked();
    b.account.giveBackIfAsked();
    c.account.giveBackIfAsked();
    assertThat(a.asked, contains(8 * PIECE - 2 * PIECE));
    assertThat(b.asked, contains(2 * PIECE));
    assertThat(c.asked, empty());
  }

  @Test
  void aHeapThatFillsUpMakesTheBudgetSmaller() {
    Holder holder = new Holder("a");
    holder.add(14 * PIECE);
    budget.shrink(false);
    assertThat(budget.limit(), is(12 * PIECE));
    budget.shrink(false);
    assertThat("what was asked for comes first", budget.limit(), is(12 * PIECE));
    holder.account.giveBackIfAsked();
    assertThat(holder.asked, contains(2 * PIECE));
    for (int i = 0; i < 100; i++) {
      budget.shrink(false);
    }
    assertThat("but not to nothing", budget.limit(), is(PIECE));
  }

  @Test
  void aFullHeapTakesFromWhatIsHeldThoughItIsLess() {
    Holder holder = new Holder("a");
    holder.add(4 * PIECE);
    budget.shrink(true);
    assertThat(budget.limit(), is(3 * PIECE));
    holder.account.giveBackIfAsked();
    assertThat(holder.asked, contains(PIECE));
  }

  @Test
  void theHoldersAreNamedTheLargestFirst() {
    new Holder("Count in partition 1").add(4 * PIECE);
    new Holder("Join in partition 0").add(8 * PIECE);
    new Holder("nothing");
    assertThat(
        budget.holders(),
        contains(
            containsString("wordcount, Join in partition 0: about 2 MB"),
            containsString("wordcount, Count in partition 1: about 1 MB")));
  }
}
