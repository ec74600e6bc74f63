package dev.microbatch.translation.fingerprint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, whole or the first half of it. */
final class Hashes {

  private static final int HALF = 16;

  private Hashes() {}

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The hash of a text, in hexadecimal. */
  static String of(String text) {
    return HexFormat.of().formatHex(of(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The hash of bytes, as bytes. */
  static byte[] of(byte[] bytes) {
    return sha256().digest(bytes);
  }

  /**
   * Half of the hash of a value in a context, in hexadecimal, so that equal values in other places
   * have other hashes.
   *
   * @param step the step that the value belongs to
   * @param name what it is called there
   * @param value the value
   */
  static String half(String step, String name, byte[] value) {
    MessageDigest digest = sha256();
    digest.update((step + '\0' + name + '\0').getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(value), 0, HALF);
  }
}
