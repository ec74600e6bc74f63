package dev.microbatch.executor.grouping;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/** The time in which a lot is for sale, or that of a bid. */
final class LotWindow extends BoundedWindow {

  private final long start;
  private final long end;
  private final boolean lot;

  /**
   * Creates a window.
   *
   * @param start the first millisecond
   * @param end the millisecond behind the last
   * @param lot whether it is that of a lot
   */
  LotWindow(long start, long end, boolean lot) {
    this.start = start;
    this.end = end;
    this.lot = lot;
  }

  boolean isLot() {
    return lot;
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  @Override
  public Instant maxTimestamp() {
    return Instant.ofEpochMilli(end - 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LotWindow of && of.start == start && of.end == end && of.lot == lot;
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, end, lot);
  }

  @Override
  public String toString() {
    return (lot ? "lot" : "bid") + "[" + start + ".." + end + ")";
  }

  /** Writes windows. */
  static final class WindowCoder extends AtomicCoder<LotWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(LotWindow window, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(window.start);
      data.writeLong(window.end);
      data.writeBoolean(window.lot);
    }

    @Override
    public LotWindow decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      return new LotWindow(data.readLong(), data.readLong(), data.readBoolean());
    }

    @Override
    public void verifyDeterministic() {}
  }
}
