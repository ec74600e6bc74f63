package dev.microbatch.translation.fingerprint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.runners.TransformHierarchy.Node;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@code Create} creates: its elements in any order, because those of a {@code Map.of} come
 * in another order in each JVM. So do the parts of an element whose coder is not deterministic;
 * there the bytes count in any order.
 */
final class CreatedValues {

  private static final Logger LOG = LoggerFactory.getLogger(CreatedValues.class);

  private static final String BEAM = "org.apache.beam.";
  private static final String CREATE = Create.class.getName() + '$';

  private CreatedValues() {}

  /**
   * Looks for a Create that the user has applied.
   *
   * @param nodes a source and what is around it, the outermost first
   * @return what it creates; nothing if there is none, or a transform of Beam's is around it
   */
  static Optional<byte[]> of(Deque<Node> nodes) {
    for (Node node : nodes) {
      PTransform<?, ?> transform = node.getTransform();
      if (transform == null) {
        continue;
      }
      if (transform instanceof Create.Values<?> create) {
        return encode(node, create);
      }
      String type = transform.getClass().getName();
      if (type.startsWith(BEAM) && !type.startsWith(CREATE)) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @SuppressWarnings("unchecked") // the coder of what it creates
  private static Optional<byte[]> encode(Node node, Create.Values<?> create) {
    PCollection<?> created = node.getOutputs().values().iterator().next();
    Coder<Object> coder = (Coder<Object>) created.getCoder();
    boolean deterministic = isDeterministic(coder);
    long[] sum = new long[2]; // of hashes, so that the order does not matter
    long count = 0;
    try {
      for (Object element : create.getElements()) {
        byte[] bytes = CoderUtils.encodeToByteArray(coder, element);
        if (!deterministic) {
          Arrays.sort(bytes);
        }
        ByteBuffer hash = ByteBuffer.wrap(Hashes.of(bytes));
        sum[0] += hash.getLong();
        sum[1] += hash.getLong();
        count++;
      }
    } catch (CoderException | RuntimeException e) {
      LOG.warn(
          "What {} creates cannot be encoded by {}, so a change of it will not be noticed",
          node.getFullName(),
          coder,
          e);
      return Optional.empty();
    }
    ByteBuffer all = ByteBuffer.allocate(3 * Long.BYTES);
    return Optional.of(all.putLong(count).putLong(sum[0]).putLong(sum[1]).array());
  }

  private static boolean isDeterministic(Coder<?> coder) {
    try {
      coder.verifyDeterministic();
      return true;
    } catch (NonDeterministicException e) {
      return false;
    }
  }
}
