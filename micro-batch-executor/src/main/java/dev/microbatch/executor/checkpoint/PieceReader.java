package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.checkpoint.Manifest.Piece;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Reads pieces of data files. Stateless. */
final class PieceReader {

  private PieceReader() {}

  /** What is done with a block. */
  @FunctionalInterface
  private interface BlockSink {
    void accept(BlockFormat.Header header, byte[] payload) throws IOException;
  }

  /**
   * Reads the entries of a piece.
   *
   * @param range blocks without any key of these groups, and without any entry that has no key, are
   *     passed over
   */
  static void read(CheckpointStore store, Piece piece, KeyGroupRange range, EntrySink sink)
      throws IOException {
    blocks(store, piece, range, (header, payload) -> BlockFormat.read(header, payload, sink));
  }

  /**
   * Checks every checksum of a piece.
   *
   * @throws IOException if one is wrong, or something is missing
   */
  static void verify(CheckpointStore store, Piece piece) throws IOException {
    blocks(store, piece, null, (header, payload) -> {});
  }

  private static void blocks(
      CheckpointStore store, Piece piece, KeyGroupRange range, BlockSink sink) throws IOException {
    try (InputStream in = store.open(piece.file(), piece.offset())) {
      long at = 0;
      while (at < piece.length()) {
        byte[] head = read(in, BlockFormat.HEADER_BYTES, piece, at);
        BlockFormat.Header header = BlockFormat.Header.of(head);
        if (header.length() < 0
            || header.length() > piece.length() - at - BlockFormat.HEADER_BYTES) {
          throw damaged(piece, at);
        }
        if (range != null
            && (header.least() >= range.end()
                || (header.least() >= 0 && header.greatest() < range.first()))) {
          in.skipNBytes(header.length());
        } else {
          byte[] payload = read(in, header.length(), piece, at);
          if (!header.fits(head, payload)) {
            throw damaged(piece, at);
          }
          sink.accept(header, payload);
        }
        at += BlockFormat.HEADER_BYTES + header.length();
      }
    }
  }

  private static byte[] read(InputStream in, int length, Piece piece, long at) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(
          "the file "
              + piece.file()
              + " ends at byte "
              + (piece.offset() + at + bytes.length)
              + ", in the middle of a block");
    }
    return bytes;
  }

  private static IOException damaged(Piece piece, long at) {
    return new IOException(
        "the file "
            + piece.file()
            + " was changed: the block at byte "
            + (piece.offset() + at)
            + " has another checksum");
  }
}
