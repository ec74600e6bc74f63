package dev.microbatch.executor.operator;

import java.lang.reflect.Field;
import org.apache.beam.sdk.transforms.DoFn;

/** Reads the fields in which a DoFn declares state and timers. */
final class Declarations {

  private Declarations() {}

  /**
   * What a field of a DoFn specifies.
   *
   * @param fn the DoFn
   * @param field the field, which Beam has made accessible
   * @param id the id that it declares
   * @throws IllegalStateException if it specifies nothing
   */
  static Object read(DoFn<?, ?> fn, Field field, String id) {
    try {
      Object spec = field.get(fn);
      if (spec != null) {
        return spec;
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("Cannot read " + field + ", which declares " + id, e);
    }
    throw new IllegalStateException("Field " + field + ", which declares " + id + ", is null");
  }
}
