package dev.microbatch.executor.enforce;

import dev.microbatch.executor.operator.StepException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.IllegalMutationException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The values of one step that must not change until its bundle ends. When they grow large, they are
 * checked and forgotten before that.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class Imprints {

  /** How many bytes of imprints are kept. */
  private static final long MAX_BYTES = 16 << 20;

  private final String stepName;
  private final String rule;
  private final List<Imprint> imprints = new ArrayList<>();
  private long bytes;

  /**
   * Creates an empty collection.
   *
   * @param stepName the step
   * @param rule what it must not do, as the end of a sentence
   */
  Imprints(String stepName, String rule) {
    this.stepName = stepName;
    this.rule = rule;
  }

  /** Keeps watch over a value. */
  Imprint add(@Nullable Object value, Coder<Object> coder) {
    try {
      Imprint imprint = Imprint.of(value, coder);
      imprints.add(imprint);
      bytes += imprint.bytes().length;
      return imprint;
    } catch (CoderException | RuntimeException e) {
      throw StepException.of(
          stepName,
          new IllegalArgumentException(
              "The coder " + coder + " cannot encode the value " + value + ": " + e, e));
    }
  }

  /** Checks everything, and forgets it, if it has grown large. */
  void shrink() {
    if (bytes > MAX_BYTES) {
      end();
    }
  }

  /** Checks everything, and forgets it. */
  void end() {
    imprints.forEach(this::check);
    imprints.clear();
    bytes = 0;
  }

  /** Checks one. */
  void check(Imprint imprint) {
    try {
      if (imprint.isChanged()) {
        Object before = imprint.before();
        throw StepException.of(
            stepName,
            new IllegalMutationException(
                "Step %s has changed the value %s to %s %s"
                    .formatted(stepName, before, imprint.value(), rule),
                before,
                imprint.value()));
      }
    } catch (CoderException e) {
      throw StepException.of(stepName, e);
    }
  }
}
