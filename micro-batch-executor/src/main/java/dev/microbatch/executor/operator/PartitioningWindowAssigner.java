package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;

/**
 * One window by timestamp, as calendar windows. What a window contains only the WindowFn knows, so
 * it is asked for each new timestamp; equal windows become one.
 */
final class PartitioningWindowAssigner extends CachingWindowAssigner {

  private final PartitioningWindowFn<?, ?> fn;

  PartitioningWindowAssigner(PartitioningWindowFn<?, ?> fn) {
    this.fn = fn;
  }

  @Override
  Span assignAnew(Meta meta) {
    List<? extends BoundedWindow> windows = List.of(fn.assignWindow(meta.instant()));
    return Span.at(meta.timestamp(), windows.equals(last()) ? last() : windows);
  }
}
