package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;

/**
 * The head of a stage to which records come by key, with what their sender has found out about the
 * key.
 */
public interface KeyedOperator extends Operator {

  /**
   * Processes a record that came by an exchange by key.
   *
   * @param value a {@code KV}
   * @param meta its metadata
   * @param key the comparable form of its key
   * @param hash the hash of its key
   * @throws Exception whatever user code throws
   */
  void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception;

  /**
   * Processes a record that did not come by key.
   *
   * @throws IllegalStateException if the operator needs the key
   */
  @Override
  default void process(Object value, Meta meta) {
    throw new IllegalStateException(
        getClass().getSimpleName() + " needs an exchange by key in front of it");
  }
}
