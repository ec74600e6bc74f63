package dev.microbatch.executor.block;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A bounded run of records of one upstream partition for one target partition, by columns: values,
 * metadata, and for an exchange by key the comparable form and the hash of each key, computed once by
 * the sender.
 *
 * <pre>
 *   row      0      1      2    ...  size-1
 *   values  [v0]   [v1]   [v2]
 *   metas   [m0]   [m0]   [m1]               references: records that agree share one Meta
 *   keys    [k0]   [k1]   [k0]               only by key: see KeyCodec#comparable
 *   hashes  [h0]   [h1]   [h0]               only by key: see KeyCodec#hash
 * </pre>
 *
 * <p>Handing a block over by reference passes its ownership: the sender touches it no more. Filled by
 * one thread, then read by one thread; the hand-over must publish it safely.
 */
public final class Block {

  private final Object[] values;
  private final Meta[] metas;
  private final Object @Nullable [] keys;
  private final int @Nullable [] hashes;
  private int size;

  /**
   * Creates an empty block.
   *
   * @param capacity how many records it can take
   * @param keyed whether it carries keys and hashes
   */
  public Block(int capacity, boolean keyed) {
    this.values = new Object[capacity];
    this.metas = new Meta[capacity];
    this.keys = keyed ? new Object[capacity] : null;
    this.hashes = keyed ? new int[capacity] : null;
  }

  /** Appends a record to a block without keys. */
  public void add(Object value, Meta meta) {
    values[size] = value;
    metas[size] = meta;
    size++;
  }

  /** Appends a record to a block with keys. */
  public void add(Object value, Meta meta, Object key, int hash) {
    keys[size] = key;
    hashes[size] = hash;
    add(value, meta);
  }

  /** How many records it holds. */
  public int size() {
    return size;
  }

  /** Whether it can take no more. */
  public boolean isFull() {
    return size == values.length;
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
