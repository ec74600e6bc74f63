package dev.microbatch.executor.block;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How keys are hashed and compared. Beam compares keys by their encoded form; where the coder says
 * that object equality means the same ({@link Coder#consistentWithEquals()}), the object itself is
 * compared and nothing is encoded.
 *
 * <p>The hash is specified, because it decides in which key group a key's state is stored: FNV-1a
 * over the bytes of the key in the coder's outer context (64 bits, offset basis {@code
 * 0xcbf29ce484222325}, prime {@code 0x100000001b3}), finished by the 64-bit mixer of MurmurHash3,
 * of which the upper 32 bits are taken. Its name in a manifest is {@value #HASH_ID}. The fast paths
 * feed the same bytes without making them.
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 *
 * @param <K> the type of the keys
 */
public abstract class KeyCodec<K> {

  /** The name of the hash function in a checkpoint's manifest. */
  public static final String HASH_ID = "fnv1a64-murmur3mix-hi32";

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private final Coder<K> coder;
  private final boolean byObject;

  private KeyCodec(Coder<K> coder, boolean byObject) {
    this.coder = coder;
    this.byObject = byObject;
  }

  /**
   * Chooses the codec for a key coder.
   *
   * @param coder the coder; must be deterministic
   * @param <K> the type of the keys
   */
  @SuppressWarnings("unchecked")
  public static <K> KeyCodec<K> of(Coder<K> coder) {
    KeyCodec<?> codec;
    if (coder instanceof StringUtf8Coder strings) {
      codec = new Utf8(strings);
    } else if (coder instanceof VarLongCoder longs) {
      codec = new VarLong(longs);
    } else if (coder instanceof VarIntCoder ints) {
      codec = new VarInt(ints);
    } else if (coder instanceof BigEndianLongCoder longs) {
      codec = new BigEndianLong(longs);
    } else if (coder instanceof BigEndianIntegerCoder ints) {
      codec = new BigEndianInt(ints);
    } else if (coder instanceof VoidCoder nothing) {
      codec = new Nothing(nothing);
    } else if (coder instanceof ByteArrayCoder bytes) {
      codec = new Bytes(bytes);
    } else {
      codec = new Encoded<>(coder);
    }
    return (KeyCodec<K>) codec;
  }

  /** The coder of the keys. */
  public final Coder<K> coder() {
    return coder;
  }

  /** The specified hash of the encoded key. */
  public abstract int hash(K key);

  /**
   * A form of the key whose {@code equals} agrees with equality of the encoded keys: the key
   * itself, or its bytes. Never null, even if the key is.
   */
  public Object comparable(@Nullable K key) {
    return byObject && key != null ? key : new EncodedKey(encode(key));
  }

  /**
   * The hash of a key whose comparable form is at hand, so that a key that had to be encoded for
   * comparing is not encoded again.
   *
   * @param key the key
   * @param comparable what {@link #comparable} gave for it
   */
  public final int hash(K key, Object comparable) {
    return comparable instanceof EncodedKey encoded ? encoded.hashOfBytes() : hash(key);
  }

  /** The key in the coder's outer context. */
  public final byte[] encode(K key) {
    try {
      return CoderUtils.encodeToByteArray(coder, key);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot encode the key " + key + " with " + coder + ": " + e.getMessage(), e);
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
    long h = OFFSET;
    for (byte b : bytes) {
      h = step(h, b);
    }
    return finish(h);
  }

  private static long step(long h, int b) {
    return (h ^ (b & 0xff)) * PRIME;
  }

  private static int finish(long hash) {
    long h = hash;
    h ^= h >>> 33;
    h *= 0xff51afd7ed558ccdL;
    h ^= h >>> 33;
    h *= 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return (int) (h >>> 32);
  }

  /** The bytes of a key, compared as such. */
  private static final class EncodedKey {
    private final byte[] bytes;
    private final int hash;

    EncodedKey(byte[] bytes) {
      this.bytes = bytes;
      this.hash = hashBytes(bytes);
    }

    int hashOfBytes() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof EncodedKey that
          && hash == that.hash
          && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public String toString() {
      return "EncodedKey[" + bytes.length + " bytes]";
    }
  }

  /** Any coder: by its bytes. */
  private static final class Encoded<K> extends KeyCodec<K> {
    Encoded(Coder<K> coder) {
      super(coder, coder.consistentWithEquals());
    }

    @Override
    public int hash(K key) {
      return hashBytes(encode(key));
    }
  }

  /** Byte arrays are their own encoding in the outer context. */
  private static final class Bytes extends KeyCodec<byte[]> {
    Bytes(ByteArrayCoder coder) {
      super(coder, false);
    }

    @Override
    public Object comparable(byte[] key) {
      return new EncodedKey(key);
    }

    @Override
    public int hash(byte[] key) {
      return hashBytes(key);
    }
  }

  /** The void key has no bytes. */
  private static final class Nothing extends KeyCodec<Void> {
    private static final EncodedKey NO_BYTES = new EncodedKey(new byte[0]);

    Nothing(VoidCoder coder) {
      super(coder, false);
    }

    @Override
    public Object comparable(Void key) {
      return NO_BYTES;
    }

    @Override
    public int hash(Void key) {
      return NO_BYTES.hashOfBytes();
    }
  }

  private static final class Utf8 extends KeyCodec<String> {
    Utf8(StringUtf8Coder coder) {
      super(coder, true);
    }

    @Override
    public int hash(String key) {
      long h = OFFSET;
      int length = key.length();
      for (int i = 0; i < length; i++) {
        char c = key.charAt(i);
        if (c >= 0x80) {
          return hashBytes(key.getBytes(StandardCharsets.UTF_8));
        }
        h = step(h, c);
      }
      return finish(h);
    }
  }

  private static int hashVarint(long value) {
    long h = OFFSET;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      h = step(h, (int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return finish(step(h, (int) rest));
  }

  private static final class VarLong extends KeyCodec<Long> {
    VarLong(VarLongCoder coder) {
      super(coder, true);
    }

    @Override
    public int hash(Long key) {
      return hashVarint(key);
    }
  }

  private static final class VarInt extends KeyCodec<Integer> {
    VarInt(VarIntCoder coder) {
      super(coder, true);
    }

    @Override
    public int hash(Integer key) {
      return hashVarint(key & 0xffffffffL);
    }
  }

  private static final class BigEndianLong extends KeyCodec<Long> {
    BigEndianLong(BigEndianLongCoder coder) {
      super(coder, true);
    }

    @Override
    public int hash(Long key) {
      long h = OFFSET;
      for (int shift = 56; shift >= 0; shift -= 8) {
        h = step(h, (int) (key >>> shift));
      }
      return finish(h);
    }
  }

  private static final class BigEndianInt extends KeyCodec<Integer> {
    BigEndianInt(BigEndianIntegerCoder coder) {
      super(coder, true);
    }

    @Override
    public int hash(Integer key) {
      long h = OFFSET;
      for (int shift = 24; shift >= 0; shift -= 8) {
        h = step(h, key >>> shift);
      }
      return finish(h);
    }
  }
}
