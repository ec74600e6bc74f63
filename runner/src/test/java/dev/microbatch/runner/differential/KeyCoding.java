package dev.microbatch.runner.differential;

import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.SerializableFunction;

/**
 * How texts become keys of some type, and texts again.
 *
 * @param coder the coder of the keys
 * @param to makes a key; equal texts give keys with the same bytes, and different texts of those
 *     that {@code from} gives others
 * @param from makes a text
 */
record KeyCoding<K>(
    Coder<K> coder, SerializableFunction<String, K> to, SerializableFunction<K, String> from)
    implements Serializable {

  /** The text that another text becomes on its way through a key. */
  String normal(String text) {
    return from.apply(to.apply(text));
  }
}
