package dev.microbatch.executor.block;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/** Deterministic coders that claim to be consistent with equals, and are not. */
public final class LyingCoders {

  private LyingCoders() {}

  /**
   * A text of which no two objects are equal.
   *
   * @param text the text
   */
  @SuppressWarnings("ArrayRecordComponent") // an array is what makes two of them differ
  public record Unequal(String text, Object[] identity) {

    /** Makes one that is equal to no other. */
    public static Unequal of(String text) {
      return new Unequal(text, new Object[0]);
    }
  }

  /** Encodes texts whose bytes are the same though the objects differ. */
  public static final class UnequalCoder extends AtomicCoder<Unequal> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Unequal value, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(value.text(), out);
    }

    @Override
    public Unequal decode(InputStream in) throws IOException {
      return Unequal.of(StringUtf8Coder.of().decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }

  /**
   * A text that equals others but for case.
   *
   * @param text the text
   */
  public record AnyCase(String text) {
    @Override
    public boolean equals(Object other) {
      return other instanceof AnyCase that && text.equalsIgnoreCase(that.text);
    }

    @Override
    public int hashCode() {
      return text.toLowerCase(Locale.ROOT).hashCode();
    }
  }

  /** Encodes texts whose bytes differ though the objects are equal. */
  public static final class AnyCaseCoder extends AtomicCoder<AnyCase> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(AnyCase value, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(value.text(), out);
    }

    @Override
    public AnyCase decode(InputStream in) throws IOException {
      return new AnyCase(StringUtf8Coder.of().decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
