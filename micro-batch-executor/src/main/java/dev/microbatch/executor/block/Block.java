package dev.microbatch.executor.block;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A bounded run of records of one upstream partition for one target partition, by columns: values,
 * metadata, and for an exchange by key the comparable form and the hash of each key, computed once
 * by the sender.
 *
 * <pre>
 *   row      0      1      2    ...  size-1
 *   values  [v0]   [v1]   [v2]
 *   metas   [m0]   [m0]   [m1]               references: records that agree share one Meta
 *   keys    [k0]   [k1]   [k0]               only by key: see KeyCodec#comparable
 *   hashes  [h0]   [h1]   [h0]               only by key: see KeyCodec#hash
 * </pre>
 *
 * <p>Handing a block over by reference passes its ownership: the sender touches it no more. Filled
 * by one thread, then read by one thread; the hand-over must publish it safely.
 */
public final class Block {

  private static final int INITIAL_CAPACITY = 16;

  private final int capacity;
  private Object[] values;
  private Meta[] metas;
  private Object @Nullable [] keys;
  private int @Nullable [] hashes;
  private int size;

  /**
   * Creates an empty block.
   *
   * @param capacity how many records it can take; room is made as they come
   * @param keyed whether it carries keys and hashes
   */
  public Block(int capacity, boolean keyed) {
    this.capacity = capacity;
    int initial = Math.min(capacity, INITIAL_CAPACITY);
    this.values = new Object[initial];
    this.metas = new Meta[initial];
    this.keys = keyed ? new Object[initial] : null;
    this.hashes = keyed ? new int[initial] : null;
  }

  private void grow() {
    int room = Math.min(capacity, values.length * 4);
    if (room == size) {
      throw new IllegalStateException("the block is full with " + size + " records");
    }
    values = Arrays.copyOf(values, room);
    metas = Arrays.copyOf(metas, room);
    if (keys != null) {
      keys = Arrays.copyOf(keys, room);
      hashes = Arrays.copyOf(hashes, room);
    }
  }

  /** Appends a record to a block without keys. */
  public void add(Object value, Meta meta) {
    if (size == values.length) {
      grow();
    }
    values[size] = value;
    metas[size] = meta;
    size++;
  }

  /** Appends a record to a block with keys. */
  public void add(Object value, Meta meta, Object key, int hash) {
    int row = size;
    add(value, meta);
    keys[row] = key;
    hashes[row] = hash;
  }

  /** How many records it holds. */
  public int size() {
    return size;
  }

  /** Whether it can take no more. */
  public boolean isFull() {
    return size == capacity;
  }

  /** Whether it carries keys and hashes. */
  public boolean isKeyed() {
    return keys != null;
  }

  /** The value in row {@code i}. */
  public Object value(int i) {
    return values[i];
  }

  /** The metadata in row {@code i}. */
  public Meta meta(int i) {
    return metas[i];
  }

  /** The comparable form of the key in row {@code i}; the block must be keyed. */
  public Object key(int i) {
    return keys[i];
  }

  /** The hash of the key in row {@code i}; the block must be keyed. */
  public int hash(int i) {
    return hashes[i];
  }
}
