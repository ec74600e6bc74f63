package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.VarInt;
import org.joda.time.Instant;

/**
 * The windows of a group, as its entries say them. Sliding windows are many, and every entry names
 * them; so windows at equal distances are said by the first two.
 *
 * <pre>
 *   cell      namespace
 *   (empty)   one window, by its coder in the outer context
 *   windows   number of windows, varint; each by its coder
 *   spaced    number of windows, varint, at least 3; the first and the second by their coder: each
 *             further one is as far from the one before as the second from the first
 * </pre>
 *
 * @param cell how they are said
 * @param namespace the windows
 */
record GroupLabel(String cell, byte[] namespace) {

  static final String LISTED = "windows";
  static final String SPACED = "spaced";

  private static final int MIN_SPACED = 3;

  /** More windows than a record may sensibly have; guards what a forged entry makes. */
  private static final int MAX_SPACED = 1 << 24;

  /**
   * Says windows.
   *
   * @param windows at least one
   * @param coder their coder
   * @throws IllegalArgumentException if one cannot be encoded
   */
  static GroupLabel of(List<BoundedWindow> windows, Coder<BoundedWindow> coder) {
    try {
      if (windows.size() == 1) {
        return new GroupLabel("", CoderUtils.encodeToByteArray(coder, windows.get(0)));
      }
      boolean spaced = isSpaced(windows);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      VarInt.encode(windows.size(), out);
      for (BoundedWindow window : spaced ? windows.subList(0, 2) : windows) {
        coder.encode(window, out);
      }
      return new GroupLabel(spaced ? SPACED : LISTED, out.toByteArray());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Cannot encode one of the windows " + windows + ": " + e.getMessage(), e);
    }
  }

  private static boolean isSpaced(List<BoundedWindow> windows) {
    return spaced(windows.size(), windows.get(0), windows.get(1))
        .filter(windows::equals)
        .isPresent();
  }

  /** Windows at equal distances, if there are such. */
  static Optional<List<BoundedWindow>> spaced(
      long count, BoundedWindow first, BoundedWindow second) {
    if (count < MIN_SPACED
        || count > MAX_SPACED
        || first.getClass() != IntervalWindow.class
        || second.getClass() != IntervalWindow.class) {
      return Optional.empty();
    }
    IntervalWindow one = (IntervalWindow) first;
    IntervalWindow two = (IntervalWindow) second;
    long start = one.start().getMillis();
    long end = one.end().getMillis();
    long startStep = two.start().getMillis() - start;
    long endStep = two.end().getMillis() - end;
    List<BoundedWindow> windows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = start + i * startStep;
      long to = end + i * endStep;
      if (to < from) {
        return Optional.empty();
      }
      windows.add(new IntervalWindow(Instant.ofEpochMilli(from), Instant.ofEpochMilli(to)));
    }
    return Optional.of(windows);
  }
}
