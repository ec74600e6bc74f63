package dev.microbatch.executor.operator;

import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;

/** Side inputs of a pipeline that is never run. */
final class Views {

  private Views() {}

  /** A pipeline to take PCollections and views from. */
  static Pipeline pipeline() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    return Pipeline.create(options);
  }

  static PCollectionView<String> singleton() {
    return pipeline().apply(Create.of("unused")).apply(View.asSingleton());
  }

  /** Reads one view, whose contents are the text of the side input's window. */
  static SideInputReader windowOf(PCollectionView<?> known) {
    return new SideInputReader() {
      @Override
      @SuppressWarnings("unchecked") // The view is one of strings.
      public <T> T get(PCollectionView<T> view, BoundedWindow window) {
        return (T) ("side input of " + window);
      }

      @Override
      public <T> boolean contains(PCollectionView<T> view) {
        return view.equals(known);
      }

      @Override
      public boolean isEmpty() {
        return false;
      }
    };
  }
}
