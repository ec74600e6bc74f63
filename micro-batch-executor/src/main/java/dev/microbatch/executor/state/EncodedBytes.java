package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;

/** What has been encoded, without a copy of it. */
final class EncodedBytes extends ByteArrayOutputStream {

  /** The bytes, up to {@link #size}. Good until something else is written. */
  byte[] bytes() {
    return buf;
  }
}
