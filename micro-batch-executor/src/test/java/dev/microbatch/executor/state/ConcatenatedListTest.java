package dev.microbatch.executor.state;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ConcatenatedListTest {

  private static final List<Integer> LIST =
      ConcatenatedList.of(ConcatenatedList.of(List.of(1, 2), List.of(3)), List.of(4, 5, 6));

  @Test
  void isOneListOfAllElements() {
    assertThat(LIST, is(List.of(1, 2, 3, 4, 5, 6)));
    assertThat(LIST.size(), is(6));
    for (int i = 0; i < 6; i++) {
      assertThat(LIST.get(i), is(i + 1));
    }
    assertThat(new ArrayList<>(LIST), is(List.of(1, 2, 3, 4, 5, 6)));
  }

  @Test
  void endsWhereItEnds() {
    Iterator<Integer> all = LIST.iterator();
    for (int i = 0; i < 6; i++) {
      all.next();
    }
    assertThat(all.hasNext(), is(false));
    assertThrows(NoSuchElementException.class, all::next);
    assertThrows(IndexOutOfBoundsException.class, () -> LIST.get(6));
    assertThrows(IndexOutOfBoundsException.class, () -> LIST.get(-1));
  }
}
