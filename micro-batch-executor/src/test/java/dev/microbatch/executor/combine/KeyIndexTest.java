package dev.microbatch.executor.combine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.sameInstance;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are numbered once, in order, and found again, whatever their hashes are like. */
class KeyIndexTest {

  /** How the hash of a number is made. */
  @SuppressWarnings("ImmutableEnumChecker") // The functions keep nothing.
  enum Hashing {
    SEQUENTIAL(i -> i),
    FROM_ONE_PARTITION(i -> i * 128 + 5),
    UPPER_BITS_ONLY(i -> i << 20),
    MIXED(i -> new Random(i).nextInt()),
    FEW(i -> i & 63);

    private final IntUnaryOperator hash;

    Hashing(IntUnaryOperator hash) {
      this.hash = hash;
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAreNumberedInOrderAndFound(Hashing hashing) {
    int count = hashing == Hashing.FEW ? 2_000 : 30_000;
    KeyIndex index = new KeyIndex();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < count; i++) {
        Long key = (long) i;
        int hash = hashing.hash.applyAsInt(i);
        assertThat(index.find(key, hash), is(-1));
        assertThat(index.add(key, hash, key), is(i));
      }
      assertThat(index.size(), is(count));
      for (int i = 0; i < count; i++) {
        int hash = hashing.hash.applyAsInt(i);
        assertThat(index.find((long) i, hash), is(i));
        assertThat(index.hash(i), is(hash));
        assertThat(index.key(i), is((long) i));
      }
      assertThat(index.find((long) count, hashing.hash.applyAsInt(1)), is(-1));
      index.clear();
      assertThat(index.size(), is(0));
      assertThat(index.find(0L, hashing.hash.applyAsInt(0)), is(-1));
    }
  }

  @Test
  void aRandomSequenceEqualsAMap() {
    Random random = new Random(7);
    Map<String, Integer> expected = new HashMap<>();
    KeyIndex index = new KeyIndex();
    for (int i = 0; i < 50_000; i++) {
      String key = "k" + random.nextInt(1 + random.nextInt(20_000));
      int hash = key.hashCode() * 31;
      int found = index.find(new String(key), hash);
      assertThat(found, is(expected.getOrDefault(key, -1)));
      if (found < 0) {
        expected.put(key, index.add(key, hash, key));
      }
    }
    assertThat(index.size(), is(expected.size()));
  }

  @Test
  void keysThatAreNotTheirComparableFormAreKept() {
    KeyIndex index = new KeyIndex();
    index.add("same", 1, "same");
    byte[] key = {1};
    index.add("form", 2, key);
    index.add("nothing", 3, null);
    assertThat(index.key(0), is("same"));
    assertThat(index.key(1), sameInstance(key));
    assertThat(index.key(2), nullValue());
    assertThat(index.comparable(1), is("form"));
  }

  @Test
  void keysOfAnotherKindMayFollowLongs() {
    KeyIndex index = new KeyIndex();
    for (long i = 0; i < 100; i++) {
      index.add(i, (int) i * 7, i);
    }
    index.add("text", 3, "text");
    Long form = 1_000L;
    index.add(form, 5, "key with a form");
    for (int i = 0; i < 100; i++) {
      assertThat(index.find((long) i, i * 7), is(i));
      assertThat(index.key(i), is((long) i));
    }
    assertThat(index.find("text", 3), is(100));
    assertThat(index.find(1_000L, 5), is(101));
    assertThat(index.key(101), is("key with a form"));
    index.clear();
    index.add(7L, 7, 7L);
    assertThat(index.find(7L, 7), is(0));
    assertThat(index.key(0), is(7L));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keysAreFoundByThoseOfAnotherIndex(boolean texts) {
    KeyIndex from = new KeyIndex();
    KeyIndex index = new KeyIndex();
    for (int i = 0; i < 1_000; i++) {
      Object key = texts ? (Object) ("k" + i) : (Object) (long) i;
      from.add(key, key.hashCode(), key);
      if (i % 3 == 0) {
        assertThat(index.find(from, i), is(-1));
        assertThat(index.add(from, i), is(i / 3));
      }
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(index.find(from, i), is(i % 3 == 0 ? i / 3 : -1));
    }
    assertThat(index.key(2), is(from.key(6)));
    assertThat(index.hash(2), is(from.hash(6)));
  }

  @Test
  void longsAreAddedToAnIndexOfOtherKeys() {
    KeyIndex from = new KeyIndex();
    from.add(5L, 1, 5L);
    KeyIndex index = new KeyIndex();
    index.add("text", 1, "text");
    assertThat(index.find(from, 0), is(-1));
    assertThat(index.add(from, 0), is(1));
    assertThat(index.find(from, 0), is(1));
    assertThat(index.find(5L, 1), is(1));
  }

  @Test
  void aNumberIsNotTheSameKeyAsAnotherWithItsHash() {
    KeyIndex index = new KeyIndex();
    index.add(1L, 5, 1L);
    assertThat(index.find(2L, 5), is(-1));
    assertThat(index.find("1", 5), is(-1));
    assertThat(index.find(1, 5), is(-1));
  }

  @Test
  void memoryGrowsWithTheKeys() {
    KeyIndex index = new KeyIndex();
    index.add(1L, 1, 1L);
    assertThat(index.capacity(), is(1));
    for (int i = 2; i <= 100_000; i++) {
      index.add((long) i, i, (long) i);
    }
    assertThat(index.capacity(), lessThan(130_000));
  }
}
