package dev.microbatch.executor.block;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Encodes the blocks of one exchange, for engines that cannot hand them over by reference.
 *
 * <pre>
 *   records    varint, how many there are
 *   keyed      1 byte: 1 if each row has a hash, otherwise 0
 *   runs       until all records are there: consecutive records that share a {@link Meta}
 *     length     varint, from 1
 *     meta       see {@link MetaCoder}
 *     rows       each:
 *       hash       4 bytes, big-endian, if keyed
 *       value      by the coder of the exchange, in the nested context
 *   checksum   4 bytes, big-endian: CRC-32C of all bytes before it
 * </pre>
 *
 * <p>The comparable form of a key does not travel: it is made again from the key of the decoded
 * value. Its hash travels, since the sender chose the partition by it, and has to be that of the
 * decoded key: a key coder that decodes something else than it encoded would otherwise put state
 * where nobody finds it.
 *
 * <p>The form lives no longer than a batch; nothing stores it.
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 */
public final class BlockCodec {

  private final String exchange;
  private final Coder<Object> valueCoder;
  private final MetaCoder metaCoder;
  private final @Nullable KeyCodec<Object> keyCodec;

  /**
   * Creates the codec of an exchange.
   *
   * @param exchange the name of the exchange, for messages
   * @param valueCoder the coder of its values
   * @param windowCoder the coder of its windows
   * @param keyCoder the coder of the keys of its {@code KV} values, or null if its blocks are not
   *     keyed
   */
  @SuppressWarnings("unchecked") // An exchange carries what its coders encode.
  public BlockCodec(
      String exchange,
      Coder<?> valueCoder,
      Coder<? extends BoundedWindow> windowCoder,
      @Nullable Coder<?> keyCoder) {
    this.exchange = exchange;
    this.valueCoder = (Coder<Object>) valueCoder;
    this.metaCoder = new MetaCoder((Coder<BoundedWindow>) windowCoder);
    this.keyCodec = keyCoder == null ? null : KeyCodec.of((Coder<Object>) keyCoder);
  }

  /**
   * Encodes a block.
   *
   * @throws BlockCodingException if a coder cannot encode what is in it
   * @throws IllegalArgumentException if it is not keyed as the blocks of the exchange are
   */
  public byte[] encode(Block block) {
    if (block.isKeyed() != isKeyed()) {
      throw new IllegalArgumentException(
          "exchange " + exchange + (isKeyed() ? " needs" : " has no") + " keys in its blocks");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      VarInt.encode(block.size(), out);
      out.writeByte(isKeyed() ? 1 : 0);
      int row = 0;
      while (row < block.size()) {
        row = encodeRun(block, row, out);
      }
      out.writeInt(0); // room for the checksum
    } catch (IOException | RuntimeException e) {
      throw new BlockCodingException(
          "Cannot encode a block of "
              + exchange
              + ": "
              + e
              + ". The coder "
              + valueCoder
              + " has to encode every value that it is given; the check of encodability for"
              + " tests finds the step that makes one that cannot be encoded",
          e);
    }
    byte[] encoded = bytes.toByteArray();
    int end = encoded.length - Integer.BYTES;
    ByteBuffer.wrap(encoded).putInt(end, checksum(encoded, end));
    return encoded;
  }

  private boolean isKeyed() {
    return keyCodec != null;
  }

  /** Encodes the rows from {@code first} on that share its metadata; returns the row behind. */
  @SuppressWarnings("ReferenceEquality") // it is about sharing, and costs nothing
  private int encodeRun(Block block, int first, DataOutputStream out) throws IOException {
    Meta meta = block.meta(first);
    int end = first + 1;
    while (end < block.size() && block.meta(end) == meta) {
      end++;
    }
    VarInt.encode(end - first, out);
    metaCoder.encode(meta, out);
    for (int row = first; row < end; row++) {
      if (isKeyed()) {
        out.writeInt(block.hash(row));
      }
      valueCoder.encode(block.value(row), out);
    }
    return end;
  }

  private static int checksum(byte[] bytes, int end) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, end);
    return (int) crc.getValue();
  }

  /**
   * Decodes a block. It is full: nothing can be added to it.
   *
   * @param encoded what {@link #encode} made
   * @throws BlockCodingException if it is something else, or a coder cannot decode what it has
   *     encoded
   */
  public Block decode(byte[] encoded) {
    try {
      int end = encoded.length - Integer.BYTES;
      if (end < 0) {
        throw new IOException("it was cut on its way");
      }
      if (ByteBuffer.wrap(encoded).getInt(end) != checksum(encoded, end)) {
        throw new IOException("its checksum does not match: it was cut or changed on its way");
      }
      return decodeRows(new DataInputStream(new ByteArrayInputStream(encoded, 0, end)));
    } catch (EOFException e) {
      throw refused(encoded, "it ends too early", e);
    } catch (IOException | RuntimeException e) {
      throw refused(encoded, e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private BlockCodingException refused(byte[] encoded, String why, Exception cause) {
    return new BlockCodingException(
        "Cannot decode a block of "
            + exchange
            + " from "
            + encoded.length
            + " bytes: "
            + why
            + ". Both ends need the same pipeline, and the coder "
            + valueCoder
            + " has to decode exactly what it encodes",
        cause);
  }

  private Block decodeRows(DataInputStream in) throws IOException {
    int size = VarInt.decodeInt(in);
    int keyed = in.readByte();
    if (size < 0 || keyed != (isKeyed() ? 1 : 0)) {
      throw new IOException("it is of another exchange");
    }
    Block block = new Block(size, isKeyed());
    while (block.size() < size) {
      decodeRun(block, size, in);
    }
    if (in.available() > 0) {
      throw new IOException("there are " + in.available() + " bytes behind its last record");
    }
    return block;
  }

  private void decodeRun(Block block, int size, DataInputStream in) throws IOException {
    int length = VarInt.decodeInt(in);
    if (length < 1 || length > size - block.size()) {
      throw new IOException(
          "after " + block.size() + " of " + size + " records it has a run of " + length);
    }
    Meta meta = metaCoder.decode(in);
    for (int i = 0; i < length; i++) {
      if (keyCodec == null) {
        block.add(valueCoder.decode(in), meta);
      } else {
        decodeKeyed(keyCodec, block, meta, in);
      }
    }
  }

  private void decodeKeyed(KeyCodec<Object> codec, Block block, Meta meta, DataInputStream in)
      throws IOException {
    int hash = in.readInt();
    Object value = valueCoder.decode(in);
    Object key = ((KV<?, ?>) value).getKey();
    Object comparable = codec.comparable(key);
    if (codec.hash(key, comparable) != hash) {
      throw new IOException(
          "the key " + key + " is not the one that was sent: its hash is another one");
    }
    block.add(value, meta, comparable, hash);
  }
}
