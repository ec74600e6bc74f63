package dev.microbatch.translation;

/**
 * What a pipeline's plan depends on besides the pipeline.
 *
 * @param name the name of the plan
 * @param keyGroups into how many groups keys are hashed, at least 1
 * @param parallelism how many partitions will run side by side, at least 1; as many files are
 *     written where the pipeline leaves their number to the runner
 * @param specializedAggregators whether groupings may use aggregators made for their windowing
 */
public record TranslationOptions(
    String name, int keyGroups, int parallelism, boolean specializedAggregators) {

  /** Checks the ranges. */
  public TranslationOptions {
    if (keyGroups < 1 || parallelism < 1) {
      throw new IllegalArgumentException(
          "keyGroups and parallelism must be at least 1, not " + keyGroups + " and " + parallelism);
    }
  }
}
