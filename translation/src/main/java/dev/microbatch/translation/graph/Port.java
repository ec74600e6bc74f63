package dev.microbatch.translation.graph;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * One output of one step. A PCollection comes from one port, or, below a Flatten, from several.
 *
 * @param step the id of the step
 * @param tag the id of the output's {@code TupleTag}
 * @param name the step and the tag, for people
 * @param coder the coder of the values
 * @param windowCoder the coder of the windows
 */
public record Port(
    int step,
    String tag,
    String name,
    Coder<?> coder,
    Coder<? extends BoundedWindow> windowCoder) {}
