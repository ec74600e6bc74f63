package dev.microbatch.ui.watch;

import java.util.Arrays;
import java.util.List;

/**
 * Figures of one thing over time: each second for five minutes, and every ten seconds for an hour.
 *
 * <p>Thread-safe.
 */
public final class Series {

  /** The distance of two moments of the last minutes, in milliseconds. */
  public static final int FINE_MILLIS = 1_000;

  /** The distance of two moments of the last hour, in milliseconds. */
  public static final int COARSE_MILLIS = 10_000;

  private static final int FINE = 300;
  private static final int COARSE = 360;
  private static final int PER_COARSE = COARSE_MILLIS / FINE_MILLIS;

  private final List<String> names;
  private final Columns fine;
  private final Columns coarse;
  private final double[] sums;
  private final int[] counts;
  private int pending;

  /**
   * Creates one without figures.
   *
   * @param names the names of its figures
   */
  Series(List<String> names) {
    this.names = List.copyOf(names);
    this.fine = new Columns(names.size(), FINE);
    this.coarse = new Columns(names.size(), COARSE);
    this.sums = new double[names.size()];
    this.counts = new int[names.size()];
  }

  /** The names of its figures. */
  public List<String> names() {
    return names;
  }

  /**
   * Adds the figures of a second.
   *
   * @param millis when, in milliseconds since the epoch
   * @param row one for each name; not a number if there is none
   */
  synchronized void add(long millis, double[] row) {
    fine.add(millis, row);
    for (int i = 0; i < row.length; i++) {
      if (!Double.isNaN(row[i])) {
        sums[i] += row[i];
        counts[i]++;
      }
    }
    if (++pending == PER_COARSE) {
      double[] means = new double[row.length];
      for (int i = 0; i < row.length; i++) {
        means[i] = counts[i] == 0 ? Double.NaN : sums[i] / counts[i];
      }
      coarse.add(millis, means);
      Arrays.fill(sums, 0);
      Arrays.fill(counts, 0);
      pending = 0;
    }
  }

  /**
   * Figures behind a moment, the oldest first.
   *
   * @param sinceMillis the moment, in milliseconds since the epoch
   * @param stepMillis {@link #FINE_MILLIS} or {@link #COARSE_MILLIS}
   */
  public synchronized Part since(long sinceMillis, int stepMillis) {
    return (stepMillis == FINE_MILLIS ? fine : coarse).since(sinceMillis);
  }

  /**
   * Some of them.
   *
   * @param millis moments, in milliseconds since the epoch
   * @param values by name and moment; not a number if there is none
   */
  public record Part(long[] millis, float[][] values) {}

  /** Rings that grow as they are filled. */
  private static final class Columns {
    private static final int FIRST = 16;

    private final int most;
    private long[] millis = new long[FIRST];
    private final float[][] values;
    private int size;
    private int next;

    private Columns(int count, int most) {
      this.most = most;
      this.values = new float[count][FIRST];
    }

    private void add(long when, double[] row) {
      if (size == millis.length && size < most) {
        int more = Math.min(most, size * 2);
        millis = Arrays.copyOf(millis, more);
        for (int i = 0; i < values.length; i++) {
          values[i] = Arrays.copyOf(values[i], more);
        }
        next = size;
      }
      millis[next] = when;
      for (int i = 0; i < values.length; i++) {
        values[i][next] = (float) row[i];
      }
      next = (next + 1) % (size < millis.length ? millis.length : most);
      size = Math.min(size + 1, millis.length);
    }

    private Part since(long since) {
      int oldest = size < millis.length ? 0 : next % millis.length;
      int skipped = 0;
      while (skipped < size && millis[(oldest + skipped) % millis.length] <= since) {
        skipped++;
      }
      int count = size - skipped;
      long[] when = new long[count];
      float[][] part = new float[values.length][count];
      for (int i = 0; i < count; i++) {
        int at = (oldest + skipped + i) % millis.length;
        when[i] = millis[at];
        for (int column = 0; column < values.length; column++) {
          part[column][i] = values[column][at];
        }
      }
      return new Part(when, part);
    }
  }
}
