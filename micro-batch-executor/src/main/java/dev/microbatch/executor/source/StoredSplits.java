package dev.microbatch.executor.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.Source;
import org.apache.beam.sdk.util.SerializableUtils;
import org.xerial.snappy.SnappyInputStream;

/**
 * Splits as a checkpoint holds them: a list in Java's serialized form, compressed by Snappy.
 *
 * <p>Whoever can write that could have any class of the program instantiated, and with it run code.
 * So it is read back through a filter that knows the program's own source, see {@link
 * TrustedClasses}: a class that does not belong to it is not even loaded. Dynamic proxies are
 * refused, and how deep objects may be nested and how much arrays may hold is bounded.
 */
public final class StoredSplits {

  /** How deep objects may be nested: coders of coders and schemas of schemas need some. */
  private static final int MAX_DEPTH = 200;

  private StoredSplits() {}

  /** Encodes splits. */
  public static byte[] encode(List<?> splits) {
    return SerializableUtils.serializeToByteArray(new ArrayList<>(splits));
  }

  /**
   * Decodes splits.
   *
   * @param stored what {@link #encode} gave
   * @param source the source of today, which says what classes are expected
   * @throws IOException if they hold an object that does not belong to the source, or the class of
   *     one has changed
   * @throws ClassNotFoundException if the class of an object is gone
   */
  public static List<?> decode(byte[] stored, Serializable source)
      throws IOException, ClassNotFoundException {
    TrustedClasses trusted = TrustedClasses.of(source);
    byte[] bytes;
    try (InputStream in = new SnappyInputStream(new ByteArrayInputStream(stored))) {
      bytes = in.readAllBytes();
    }
    try (ObjectInputStream in = new Input(bytes, trusted)) {
      List<?> splits = (List<?>) in.readObject();
      for (Object split : splits) {
        if (!(split instanceof Source<?>)) {
          throw new InvalidClassException("There is something else than a split among the splits");
        }
      }
      return splits;
    } catch (ClassCastException e) {
      throw new IOException("This is no list of splits", e);
    }
  }

  private static final class Input extends ObjectInputStream {

    private final TrustedClasses trusted;

    /**
     * How many array elements may still come. An element takes a byte or more, and the tables of
     * hash maps have up to three places for an entry.
     */
    private long elementsLeft;

    Input(byte[] bytes, TrustedClasses trusted) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.trusted = trusted;
      this.elementsLeft = 1024 + 4L * bytes.length;
      ObjectInputFilter limits = this::check;
      ObjectInputFilter ofJvm = ObjectInputFilter.Config.getSerialFilter();
      setObjectInputFilter(ofJvm == null ? limits : ObjectInputFilter.merge(limits, ofJvm));
    }

    private ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
      elementsLeft -= Math.max(0, info.arrayLength());
      Class<?> type = info.serialClass();
      boolean good =
          info.depth() <= MAX_DEPTH
              && elementsLeft >= 0
              && (type == null || type.isPrimitive() || trusted.contain(type.getName()));
      return good ? ObjectInputFilter.Status.ALLOWED : ObjectInputFilter.Status.REJECTED;
    }

    /** Comes before the filter, which is asked about classes that have been loaded. */
    @Override
    protected Class<?> resolveClass(ObjectStreamClass described)
        throws IOException, ClassNotFoundException {
      String name = described.getName();
      if (name.indexOf('.') < 0 && name.indexOf('[') < 0) {
        return super.resolveClass(described); // int.class, for one; the filter sees the others
      }
      if (!trusted.contain(name)) {
        throw new InvalidClassException(
            name, "The source of this program has no objects of this class, nor of its package");
      }
      try {
        return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
      } catch (ClassNotFoundException e) {
        return super.resolveClass(described);
      }
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
      throw new InvalidClassException(
          String.join(", ", interfaces), "Dynamic proxies do not belong to a source");
    }
  }
}
