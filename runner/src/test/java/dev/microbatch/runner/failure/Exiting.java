package dev.microbatch.runner.failure;

import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.joda.time.Duration;

/** A stream that runs until its process ends. */
public final class Exiting {

  private Exiting() {}

  /** What a child can be told. */
  public interface Options extends MicroBatchPipelineOptions {
    /** The code that a DoFn ends the process with; 0 if it does not. */
    int getExitCode();

    void setExitCode(int code);

    /** A file that is written when records flow. */
    String getFlowing();

    void setFlowing(String file);

    /** Whether the pipeline is cancelled while the process ends. */
    boolean isCancelled();

    void setCancelled(boolean cancelled);
  }

  /** Runs it. */
  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(GenerateSequence.from(0).withRate(100, Duration.millis(100)))
        .apply("Exit", ParDo.of(new ExitFn(options.getExitCode(), options.getFlowing())));
    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    if (options.isCancelled()) {
      Runtime.getRuntime().addShutdownHook(new Thread(result::cancel));
    }
  }

  private static final class ExitFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final int code;
    private final String flowing;

    ExitFn(int code, String flowing) {
      this.code = code;
      this.flowing = flowing;
    }

    @ProcessElement
    public void process(@Element Long number) throws IOException {
      if (number == 50) {
        if (code != 0) {
          System.exit(code);
        }
        Files.createFile(Path.of(flowing));
      }
    }
  }
}
