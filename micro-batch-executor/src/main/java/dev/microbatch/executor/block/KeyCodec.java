package dev.microbatch.executor.block;

import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow.IntervalWindowCoder;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How keys are hashed and compared: the keys of groups and of keyed state, and whatever else is
 * looked up by its encoded form, as elements of a set, keys of a side-input map, windows.
 *
 * <p>A key is what its encoding is. The object itself is compared only where the coder is one of a
 * closed list ({@link HonestCodec}), of whose values it is known that they are equal exactly if
 * their bytes are. What a coder says of itself ({@link Coder#consistentWithEquals()}, {@link
 * Coder#structuralValue}) is not asked: Beam's schema coders say yes, though rows with the same
 * bytes differ when their schemas do, and coders of users say what they like.
 *
 * <p>The hash is specified, because it decides in which key group a key's state is stored: FNV-1a
 * over the bytes of the key in the coder's outer context (64 bits, offset basis {@code
 * 0xcbf29ce484222325}, prime {@code 0x100000001b3}), finished by the 64-bit mixer of MurmurHash3,
 * of which the upper 32 bits are taken. Its name in a manifest is {@value #HASH_ID}. The honest
 * codecs feed the same bytes without making them.
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 *
 * @param <K> the type of the keys
 */
public abstract class KeyCodec<K> {

  /** The name of the hash function in a checkpoint's manifest. */
  public static final String HASH_ID = "fnv1a64-murmur3mix-hi32";

  /** Says that a key is not its own comparable form. */
  public static final long NOT_ITSELF = -1;

  private final Coder<K> coder;

  KeyCodec(Coder<K> coder) {
    this.coder = coder;
  }

  /**
   * Chooses the codec for a key coder.
   *
   * @param coder the coder; the keys of groups and of keyed state need a deterministic one
   * @param <K> the type of the keys
   */
  @SuppressWarnings("unchecked") // A codec has the keys of its coder.
  public static <K> KeyCodec<K> of(Coder<K> coder) {
    HonestCodec<?> honest = HonestCodec.find(coder);
    if (honest != null) {
      return (KeyCodec<K>) honest;
    }
    if (coder.getClass() == ByteArrayCoder.class) {
      return (KeyCodec<K>) new Bytes((ByteArrayCoder) coder);
    }
    if (coder.getClass() == IntervalWindowCoder.class) {
      return (KeyCodec<K>) new Intervals((IntervalWindowCoder) coder);
    }
    return new Encoded<>(coder);
  }

  /** The coder of the keys. */
  public final Coder<K> coder() {
    return coder;
  }

  /** The specified hash of the encoded key. */
  public int hash(K key) {
    return hashBytes(encode(key));
  }

  /**
   * A form of the key whose {@code equals} agrees with equality of the encoded keys: the key
   * itself, or its bytes. Never null, even if the key is. It may share memory with the key, which
   * must not be changed as long as the form is in use.
   *
   * @throws IllegalArgumentException if the key cannot be encoded
   */
  public Object comparable(@Nullable K key) {
    return new EncodedKey(encode(key));
  }

  /**
   * A form for tables in which a key may stand twice: where two are equal the bytes are the same,
   * but not always the other way round. It costs less than {@link #comparable}.
   *
   * @throws IllegalArgumentException if the key cannot be encoded
   */
  public Object cheapForm(@Nullable K key) {
    return comparable(key);
  }

  /**
   * As {@link #comparable}, for keys in the hands of a user who may fill the same byte array again.
   */
  public Object retained(@Nullable K key) {
    return comparable(key);
  }

  /**
   * The hash of a key whose comparable form is at hand, so that a key that had to be encoded for
   * comparing is not encoded again.
   *
   * @param key the key
   * @param comparable what {@link #comparable} gave for it
   */
  public final int hash(K key, Object comparable) {
    return comparable instanceof EncodedKey encoded ? encoded.hash() : hash(key);
  }

  /**
   * The hash of a key that is its own comparable form, found in one go, as a number that is not
   * negative; {@link #NOT_ITSELF} for any other key.
   */
  public long hashIfItself(@Nullable K key) {
    return NOT_ITSELF;
  }

  /**
   * The key in the coder's outer context.
   *
   * @throws IllegalArgumentException if it cannot be encoded
   */
  public final byte[] encode(@Nullable K key) {
    try {
      return CoderUtils.encodeToByteArray(coder, key);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot encode the key " + key + " with " + coder + ": " + e.getMessage(), e);
    }
  }

  /**
   * The encoded key, where its comparable form is at hand. Not to be changed.
   *
   * @param key the key
   * @param comparable what {@link #comparable} gave for it
   */
  public final byte[] encode(@Nullable K key, Object comparable) {
    return comparable instanceof EncodedKey encoded ? encoded.bytes() : encode(key);
  }

  /** What a key is after it has been encoded and decoded. */
  final K canonical(@Nullable K key) {
    byte[] bytes = encode(key);
    try {
      return CoderUtils.decodeFromByteArray(coder, bytes);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot decode the key " + key + " with " + coder + ": " + e.getMessage(), e);
    }
  }

  /**
   * The key group of a hash.
   *
   * @param hash what {@link #hash} gave
   * @param keyGroups how many there are
   */
  public static int keyGroup(int hash, int keyGroups) {
    return Math.floorMod(hash, keyGroups);
  }

  /**
   * The partition that owns a key group. Each partition owns a contiguous range.
   *
   * @param keyGroup the key group
   * @param keyGroups how many there are
   * @param parallelism how many partitions there are
   */
  public static int partition(int keyGroup, int keyGroups, int parallelism) {
    return (int) ((long) keyGroup * parallelism / keyGroups);
  }

  /** The specified hash of an encoded key. */
  public static int hashBytes(byte[] bytes) {
    return KeyHash.finish(KeyHash.bytes(KeyHash.START, bytes));
  }

  /** Any coder: by its bytes. */
  private static final class Encoded<K> extends KeyCodec<K> {
    Encoded(Coder<K> coder) {
      super(coder);
    }
  }

  /** Byte arrays are their own encoding in the outer context. */
  private static final class Bytes extends KeyCodec<byte[]> {
    Bytes(ByteArrayCoder coder) {
      super(coder);
    }

    @Override
    public Object comparable(byte[] key) {
      return new EncodedKey(key == null ? encode(null) : key); // which says what is wrong with null
    }

    @Override
    public Object retained(byte[] key) {
      return comparable(key == null ? null : key.clone());
    }

    @Override
    public int hash(byte[] key) {
      return hashBytes(key);
    }
  }

  /** The windows of most pipelines; others go by their bytes. */
  private static final class Intervals extends KeyCodec<IntervalWindow> {
    Intervals(IntervalWindowCoder coder) {
      super(coder);
    }

    @Override
    public Object comparable(IntervalWindow window) {
      // A class that extends it may say otherwise what is equal.
      return window != null && window.getClass() == IntervalWindow.class
          ? window
          : canonical(window);
    }
  }
}
