package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.CausedByDrain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the trigger of one group remembers: some numbers, all zero at first, whose meaning is the
 * trigger's own; and the wake-ups in processing time that it has asked for and not had yet.
 *
 * <p>In a checkpoint:
 *
 * <pre>
 *   each number      varint, zigzag
 *   wake-ups         their number, varint, then each as a varint, zigzag: milliseconds since the
 *                    epoch in the upper bits, bit 1 = asked for in a drain, bit 0 = synchronized
 *                    processing time
 * </pre>
 *
 * or no bytes at all if all of it is zero.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class TriggerMemory {

  private static final long[] NONE = {};
  private static final byte[] NOTHING = {};
  private static final int SYNCHRONIZED = 1;
  private static final int DRAIN = 2;
  private static final int FLAG_BITS = 2;

  private final long[] numbers;
  private long[] wakeUps;

  /**
   * Remembers nothing.
   *
   * @param numbers how many numbers there are
   */
  public TriggerMemory(int numbers) {
    this(new long[numbers], NONE);
  }

  private TriggerMemory(long[] numbers, long[] wakeUps) {
    this.numbers = numbers;
    this.wakeUps = wakeUps;
  }

  /** The same in an object of its own. */
  public TriggerMemory copy() {
    return new TriggerMemory(numbers.clone(), wakeUps); // wake-ups are replaced, never changed
  }

  /** The same numbers in an object of their own, without wake-ups. */
  public TriggerMemory copyNumbers() {
    return new TriggerMemory(numbers.clone(), NONE);
  }

  /** One of the numbers. */
  public long get(int index) {
    return numbers[index];
  }

  /** Changes one of the numbers. */
  public void set(int index, long number) {
    numbers[index] = number;
  }

  /**
   * Notes a wake-up.
   *
   * @param domain one of the two domains of processing time
   * @param millis it is due when the time of the domain is strictly behind this
   * @param drain whether it is asked for while the pipeline is being drained
   * @return whether there was none for this time
   */
  boolean addWakeUp(TimeDomain domain, long millis, boolean drain) {
    long packed =
        (millis << FLAG_BITS)
            | (domain == TimeDomain.SYNCHRONIZED_PROCESSING_TIME ? SYNCHRONIZED : 0)
            | (drain ? DRAIN : 0);
    long[] changed = wakeUps.clone();
    for (int i = 0; i < changed.length; i++) {
      if ((changed[i] & ~DRAIN) == (packed & ~DRAIN)) {
        changed[i] = packed;
        wakeUps = changed;
        return false;
      }
    }
    changed = Arrays.copyOf(changed, changed.length + 1);
    changed[changed.length - 1] = packed;
    wakeUps = changed;
    return true;
  }

  /** Whether a wake-up is still to come. */
  boolean hasWakeUp(TimeDomain domain, long millis) {
    for (long packed : wakeUps) {
      if (millis(packed) == millis && domain(packed) == domain) {
        return true;
      }
    }
    return false;
  }

  /** Takes wake-ups. */
  @FunctionalInterface
  interface WakeUpSink {
    void accept(TimeDomain domain, long millis);
  }

  /** Gives every wake-up that is still to come. */
  void forEachWakeUp(WakeUpSink sink) {
    for (long packed : wakeUps) {
      sink.accept(domain(packed), millis(packed));
    }
  }

  /**
   * Takes all wake-ups that are due.
   *
   * @param processingTime the time of that domain, in milliseconds since the epoch
   * @param synchronizedTime the time of the other domain
   * @return whether the first of them was asked for in a drain; null if none is due
   */
  public @Nullable CausedByDrain takeDue(long processingTime, long synchronizedTime) {
    if (wakeUps.length == 0) {
      return null;
    }
    int left = 0;
    long[] remaining = new long[wakeUps.length];
    long first = Long.MAX_VALUE;
    for (long packed : wakeUps) {
      boolean isSynchronized = (packed & SYNCHRONIZED) != 0;
      if (millis(packed) >= (isSynchronized ? synchronizedTime : processingTime)) {
        remaining[left++] = packed;
      } else if (first == Long.MAX_VALUE || comesBefore(packed, first)) {
        first = packed;
      }
    }
    if (first == Long.MAX_VALUE) {
      return null;
    }
    wakeUps = left == 0 ? NONE : Arrays.copyOf(remaining, left);
    return (first & DRAIN) != 0 ? CausedByDrain.CAUSED_BY_DRAIN : CausedByDrain.NORMAL;
  }

  /** Processing time comes before synchronized processing time, each in order of time. */
  private static boolean comesBefore(long packed, long other) {
    int domains = Long.compare(packed & SYNCHRONIZED, other & SYNCHRONIZED);
    return domains < 0 || (domains == 0 && millis(packed) < millis(other));
  }

  private static long millis(long packed) {
    return packed >> FLAG_BITS;
  }

  private static TimeDomain domain(long packed) {
    return (packed & SYNCHRONIZED) != 0
        ? TimeDomain.SYNCHRONIZED_PROCESSING_TIME
        : TimeDomain.PROCESSING_TIME;
  }

  /** The form in which it is stored. */
  byte[] encode() {
    if (wakeUps.length == 0 && isZero()) {
      return NOTHING;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(16);
    try {
      for (long number : numbers) {
        VarInt.encode(zigzag(number), out);
      }
      VarInt.encode(wakeUps.length, out);
      for (long packed : wakeUps) {
        VarInt.encode(zigzag(packed), out);
      }
    } catch (IOException e) {
      throw new AssertionError("an array takes all bytes", e);
    }
    return out.toByteArray();
  }

  private boolean isZero() {
    for (long number : numbers) {
      if (number != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads what {@link #encode} has written.
   *
   * @param bytes what was stored
   * @param numbers how many numbers there are
   * @throws IOException if it is something else
   */
  static TriggerMemory decode(byte[] bytes, int numbers) throws IOException {
    TriggerMemory memory = new TriggerMemory(numbers);
    if (bytes.length == 0) {
      return memory;
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    for (int i = 0; i < numbers; i++) {
      memory.numbers[i] = unzigzag(VarInt.decodeLong(in));
    }
    int count = VarInt.decodeInt(in);
    if (count < 0 || count > in.available()) {
      throw new IOException("it has " + count + " wake-ups");
    }
    memory.wakeUps = new long[count];
    for (int i = 0; i < count; i++) {
      memory.wakeUps[i] = unzigzag(VarInt.decodeLong(in));
    }
    if (in.available() > 0) {
      throw new IOException("it has " + in.available() + " bytes too many");
    }
    return memory;
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> (Long.SIZE - 1));
  }

  private static long unzigzag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }
}
