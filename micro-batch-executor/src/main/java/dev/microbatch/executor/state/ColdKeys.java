package dev.microbatch.executor.state;

import java.util.Iterator;
import java.util.List;
import org.apache.beam.sdk.state.TimeDomain;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The keys of a store that memory does not hold. Each is one row of bytes, with marks by which it
 * is found when its time comes. A key is either here or on the heap, never in both.
 *
 * <p>Not thread-safe: owned by one task. Only a {@link Scan} may be read by another thread.
 */
interface ColdKeys {

  /** What keys are found by, in ascending order. */
  enum Index {
    /** Timers of the event-time domain. */
    EVENT_TIME,
    /** Timers of the processing-time domain. */
    PROCESSING_TIME,
    /** Timers of the domain of synchronized processing time. */
    SYNCHRONIZED_PROCESSING_TIME,
    /** Watermark holds. */
    HOLD,
    /** Ends of windows. */
    WINDOW;

    /** The index of the timers of a domain. */
    static Index of(TimeDomain domain) {
      return switch (domain) {
        case EVENT_TIME -> EVENT_TIME;
        case PROCESSING_TIME -> PROCESSING_TIME;
        case SYNCHRONIZED_PROCESSING_TIME -> SYNCHRONIZED_PROCESSING_TIME;
      };
    }
  }

  /**
   * The first entry of a key in an index. Those behind it are in the row: they are not needed
   * before the key is brought back for the first.
   *
   * @param index the index
   * @param time in milliseconds
   * @param sequence the order among equal times: for a timer, that of setting; otherwise 0. Keys
   *     with timers at the same time are brought back one by one for it
   */
  record Mark(Index index, long time, long sequence) {}

  /**
   * The first entry of an index.
   *
   * @param mark the entry
   * @param key the encoded key that it leads to
   */
  record First(Mark mark, byte[] key) {}

  /**
   * A key with its row.
   *
   * @param keyGroup the group of the key
   * @param key the encoded key
   * @param bytes what was put
   */
  record Row(int keyGroup, byte[] key, byte[] bytes) {}

  /** Rows as they were when it was made, whatever is put and removed later. */
  interface Scan extends AutoCloseable {

    /** The rows in ascending order of their key groups. May be called again until it is closed. */
    Iterator<Row> rows();

    /** Lets go of the rows. Idempotent. */
    @Override
    void close();
  }

  /**
   * Takes a key that is not there.
   *
   * @param row the key with its row
   * @param marks its first entry in each index in which it has any
   */
  void put(Row row, List<Mark> marks);

  /**
   * Removes a key with its marks.
   *
   * @param keyGroup the group of the key
   * @param key the encoded key
   * @return its row, or null if it is not there
   */
  byte @Nullable [] remove(int keyGroup, byte[] key);

  /** The first entry of an index, or null if it is empty. */
  @Nullable First first(Index index);

  /** Captures the rows of some key groups. */
  Scan scan(KeyGroupRange keyGroups);
}
