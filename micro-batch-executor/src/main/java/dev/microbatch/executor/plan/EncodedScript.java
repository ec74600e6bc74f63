package dev.microbatch.executor.plan;

import java.io.InvalidObjectException;
import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.testing.TestStream.TestStreamCoder;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * A {@link StepSpec.Script} in serialized form: its events, encoded by Beam's own coder for them.
 */
final class EncodedScript<T> implements Serializable {

  private static final long serialVersionUID = 1L;

  /** The coder of the elements. */
  private final Coder<T> coder;

  /** The encoded TestStream. */
  private final byte[] bytes;

  private EncodedScript(Coder<T> coder, byte[] bytes) {
    this.coder = coder;
    this.bytes = bytes;
  }

  static <T> EncodedScript<T> of(TestStream<T> stream) {
    Coder<T> coder = stream.getValueCoder();
    try {
      return new EncodedScript<>(
          coder, CoderUtils.encodeToByteArray(TestStreamCoder.of(coder), stream));
    } catch (CoderException e) {
      throw new IllegalArgumentException("Cannot encode the events of a TestStream", e);
    }
  }

  private Object readResolve() throws InvalidObjectException {
    try {
      return new StepSpec.Script(CoderUtils.decodeFromByteArray(TestStreamCoder.of(coder), bytes));
    } catch (CoderException e) {
      InvalidObjectException invalid =
          new InvalidObjectException("Cannot decode the events of a TestStream");
      invalid.initCause(e);
      throw invalid;
    }
  }
}
