package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * What tells a timer of a key from its others, as a commit has it. It is read without the coders of
 * the pipeline.
 *
 * @param id the timer's id
 * @param family the timer's family
 * @param namespace the string form of its namespace
 * @param domain the name of its time domain
 */
public record StoredTimer(String id, String family, String namespace, String domain) {

  /**
   * Reads the value of an entry of the kind {@code TIMER}.
   *
   * @throws IOException if it is something else
   */
  public static StoredTimer decode(byte[] value) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(value);
    in.skipNBytes(1); // flags
    VarInt.decodeLong(in); // the order of setting
    StringUtf8Coder strings = StringUtf8Coder.of();
    String id = strings.decode(in);
    String family = strings.decode(in);
    String namespace = strings.decode(in);
    InstantCoder.of().decode(in); // when it fires
    InstantCoder.of().decode(in); // what it outputs with
    return new StoredTimer(id, family, namespace, strings.decode(in));
  }
}
