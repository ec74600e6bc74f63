package dev.microbatch.benchmarks.state;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.TypeDescriptors;

/** A pipeline that keeps a value of a kilobyte for each of many keys, and replaces them. */
public final class BigState {

  private BigState() {}

  /** How many keys make so much state. */
  public static long keys(int megabytes) {
    return megabytes * (1024L * 1024L / KeepFn.BYTES);
  }

  /**
   * Makes it. Each key comes once, then the updates begin.
   *
   * @param options its options
   * @param keys how many keys there are
   * @param perSecond how many updates a second; infinity for as many as can be worked off
   */
  public static Pipeline pipeline(PipelineOptions options, long keys, double perSecond) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Updates", Read.from(new UpdateSource(keys, perSecond)))
        .apply("Key", WithKeys.<Long, Long>of(key -> key).withKeyType(TypeDescriptors.longs()))
        .apply("Keep", ParDo.of(new KeepFn()));
    return pipeline;
  }
}
