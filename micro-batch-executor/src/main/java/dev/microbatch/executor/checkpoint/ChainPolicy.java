package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import java.util.List;

/**
 * How much of the state of a step and partition is rewritten with each commit, so that deltas do
 * not pile up.
 *
 * <p>A small state is written as a whole now and then. A large one never is, but in turns: what
 * belongs to no key, then the key groups one after the other, a few with each commit, about half as
 * many bytes as there were deltas since the last time. So a commit takes about one and a half times
 * what has changed, a chain is at most three times as large as the state, and no commit is much
 * larger than another.
 */
final class ChainPolicy {

  /** How many deltas a small chain may have. */
  static final int MAX_DELTAS = 32;

  /** By default, a chain of no more bytes is small: it is cheap to rewrite. */
  static final long SMALL_BYTES = 1 << 20;

  /** A shared file that is more commits older than the newest one is old. */
  static final int OLD_COMMITS = 64;

  /** In how many turns a large state is written at the latest. */
  static final int TURNS = 64;

  /** How many segments there may be between two turns. */
  static final int DELTAS_PER_TURN = 2;

  /** How many bytes of deltas there may be to a byte that is rewritten. */
  private static final double DELTAS_PER_BYTE = 2;

  private final long smallBytes;

  /**
   * Creates the policy.
   *
   * @param smallBytes a chain of no more bytes is small
   */
  ChainPolicy(long smallBytes) {
    this.smallBytes = smallBytes;
  }

  /**
   * What the next snapshot of a step and partition should contain as a whole.
   *
   * @param manifest what there is
   * @param key the step and partition
   */
  SnapshotScope nextScope(Manifest manifest, ChainKey key) {
    List<SegmentRef> chain = manifest.chains().get(key);
    if (chain == null) {
      return SnapshotScope.EVERYTHING;
    }
    long length = chain.stream().mapToLong(SegmentRef::length).sum();
    if (length <= smallBytes) {
      return isScattered(chain, manifest) ? SnapshotScope.EVERYTHING : SnapshotScope.CHANGES;
    }
    CommitHeader header = manifest.header();
    return new Turns(
            chain,
            KeyGroupRange.ofPartition(key.partition(), header.parallelism(), header.keyGroups()))
        .next();
  }

  private static boolean isScattered(List<SegmentRef> chain, Manifest manifest) {
    if (chain.size() > MAX_DELTAS) {
      return true;
    }
    for (SegmentRef segment : chain) {
      if (isPinned(segment.file(), segment.length(), manifest)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a file that also holds other things is old. */
  static boolean isPinned(String name, long bytes, Manifest manifest) {
    DataFile file = manifest.files().get(name);
    return file != null
        && manifest.sequence() - file.sequence() > OLD_COMMITS
        && !file.holdsOnly(bytes);
  }

  /**
   * The turns in which a large state is written. Its parts have places: 0 for what belongs to no
   * key, then the key groups from 1 on.
   */
  private static final class Turns {

    private final List<SegmentRef> chain;
    private final KeyGroupRange groups;
    private final int places;

    Turns(List<SegmentRef> chain, KeyGroupRange groups) {
      this.chain = chain;
      this.groups = groups;
      this.places = 1 + groups.end() - groups.first();
    }

    SnapshotScope next() {
      int last = chain.size() - 1;
      long deltas = 0;
      while (last > 0 && chain.get(last).scope().isChanges()) {
        deltas += chain.get(last).length();
        last--;
      }
      SegmentRef turn = chain.get(last);
      deltas += turn.length() - turn.whole();
      double state = Math.max(1, state());
      double share = Math.min(1, deltas / state / DELTAS_PER_BYTE) * places;
      int count = (int) share;
      if (count == 0 && chain.size() - 1 - last >= DELTAS_PER_TURN) {
        count = (places + TURNS - 1) / TURNS;
      }
      if (count == 0) {
        return SnapshotScope.CHANGES;
      }
      int from = end(turn.scope()) % places;
      int to = Math.min(places, from + count);
      return count == places || (from == 0 && to == places)
          ? SnapshotScope.EVERYTHING
          : scope(from, to);
    }

    /** About how many bytes the state has: what is contained as a whole and was not since. */
    private double state() {
      double state = 0;
      boolean[] seen = new boolean[places];
      for (int i = chain.size() - 1; i >= 0; i--) {
        SegmentRef segment = chain.get(i);
        int from = from(segment.scope());
        int to = end(segment.scope());
        int fresh = 0;
        for (int place = from; place < to; place++) {
          if (!seen[place]) {
            seen[place] = true;
            fresh++;
          }
        }
        state += fresh == 0 ? 0 : (double) segment.whole() * fresh / (to - from);
      }
      return state;
    }

    private SnapshotScope scope(int from, int to) {
      return new SnapshotScope(
          from == 0,
          new KeyGroupRange(groups.first() + Math.max(from, 1) - 1, groups.first() + to - 1));
    }

    private int from(SnapshotScope scope) {
      return scope.unkeyed() ? 0 : place(scope.keyGroups().first());
    }

    private int end(SnapshotScope scope) {
      return scope.isChanges() ? 0 : place(scope.keyGroups().end());
    }

    /** The place of a key group; the first or the one behind the last, if it is none of ours. */
    private int place(int group) {
      return 1 + Math.max(groups.first(), Math.min(groups.end(), group)) - groups.first();
    }
  }
}
