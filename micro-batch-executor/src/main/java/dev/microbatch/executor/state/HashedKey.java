package dev.microbatch.executor.state;

/** Something that is kept for a key, and found by it. */
interface HashedKey {

  /** The specified hash of the key. */
  int hash();

  /**
   * Whether it is kept for a key.
   *
   * @param comparable the comparable form of the key
   * @param hash its specified hash
   */
  boolean is(Object comparable, int hash);
}
