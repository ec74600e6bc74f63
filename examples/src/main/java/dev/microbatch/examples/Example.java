package dev.microbatch.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.ApplicationNameOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the main method of every example does around its work: reads the options, chooses the
 * Micro-Batch Runner unless another one is named, and turns a user's mistake into one line and an
 * exit status.
 */
final class Example {
  /** Exit status of a run that did its work. */
  static final int OK = 0;

  /** Exit status of a run that failed; the stack trace is in the log. */
  static final int FAILED = 1;

  /** Exit status of a run that was refused because of what the user typed. */
  static final int REFUSED = 2;

  /** Exit status of a run that did its work, on an input of which it could use too little. */
  static final int UNUSABLE = 3;

  /** The runner of whoever names none. A name, so that the examples compile without the runner. */
  private static final String DEFAULT_RUNNER = "--runner=MicroBatchRunner";

  private static final String RUNNER_ADVICE =
      " Give "
          + DEFAULT_RUNNER
          + ", which needs dev.microbatch:microbatch-runner on the class path, or another runner"
          + " that is there.";

  private static final Logger LOG = LoggerFactory.getLogger(Example.class);

  private Example() {}

  /**
   * The work of one example.
   *
   * @param <T> its options
   */
  @FunctionalInterface
  interface Work<T> {
    /**
     * Does the work to its end.
     *
     * @param options what the user asked for
     * @throws UserMistake if that cannot be done
     * @throws UnusableInput if it has been done, but is worth little
     * @throws IOException if a file cannot be read or written
     */
    void run(T options) throws IOException;
  }

  /** The arguments, and {@link #DEFAULT_RUNNER} if they name no runner. */
  static String[] withRunner(String[] args) {
    return namesRunner(args)
        ? args
        : Stream.concat(Stream.of(DEFAULT_RUNNER), Arrays.stream(args)).toArray(String[]::new);
  }

  private static boolean namesRunner(String[] args) {
    return Arrays.stream(args)
        .anyMatch(arg -> arg.equals("--runner") || arg.startsWith("--runner="));
  }

  /** Runs an example and, if it did not succeed, ends this JVM with the exit status. */
  static <T extends PipelineOptions> void main(String[] args, Class<T> optionsType, Work<T> work) {
    configureLogging();
    int status = run(args, optionsType, work, System.err);
    if (status != OK) {
      System.exit(status);
    }
  }

  /**
   * Runs an example.
   *
   * @param args what the user typed
   * @param optionsType the options that the example has
   * @param work what it does
   * @param errors where mistakes are explained
   * @return {@link #OK}, {@link #FAILED}, {@link #REFUSED} or {@link #UNUSABLE}
   */
  static <T extends PipelineOptions> int run(
      String[] args, Class<T> optionsType, Work<T> work, PrintStream errors) {
    if (Arrays.asList(args).contains("--help")) {
      Help.print(optionsType, namesRunner(args), System.out);
      return OK;
    }
    try {
      work.run(options(args, optionsType));
      return OK;
    } catch (UserMistake e) {
      errors.println("error: " + e.getMessage());
      return REFUSED;
    } catch (UnusableInput e) {
      errors.println("error: " + e.getMessage());
      return UNUSABLE;
    } catch (IOException | RuntimeException e) {
      LOG.error("The pipeline failed", e);
      return FAILED;
    }
  }

  /**
   * Runs a pipeline until it is done.
   *
   * @throws UserMistake if the runner refuses the options or the pipeline before it starts
   * @throws IllegalStateException if the pipeline ends, but not by finishing its work
   */
  static void runToEnd(Pipeline pipeline) {
    PipelineResult result;
    try {
      result = pipeline.run();
    } catch (IllegalArgumentException e) {
      if (e.getCause() != null) {
        throw e; // Not about a value that the user gave: something went wrong underneath.
      }
      LOG.debug("Refused", e);
      throw new UserMistake(e.getMessage());
    }
    PipelineResult.State state = result.waitUntilFinish();
    if (state != PipelineResult.State.DONE) {
      throw new IllegalStateException("The pipeline ended as " + state + ", not as DONE");
    }
  }

  private static void configureLogging() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    try (InputStream configuration = Example.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(configuration);
    } catch (IOException e) {
      LOG.warn("Logging stays as the JVM configures it", e);
    }
  }

  private static <T extends PipelineOptions> T options(String[] args, Class<T> type) {
    if (Arrays.stream(args).anyMatch(arg -> arg.startsWith("--help"))) {
      // Beam explains only what is registered. Otherwise this is not wanted: the examples share
      // names of options, with other defaults, which Beam refuses within one JVM.
      PipelineOptionsFactory.register(type);
    }
    try {
      T options = PipelineOptionsFactory.fromArgs(args).withValidation().as(type);
      if (Arrays.stream(args).noneMatch(arg -> arg.startsWith("--appName="))) {
        // Beam would name every job after this class, which asks for the options.
        String example = type.getSimpleName().replace("Options", "");
        options.as(ApplicationNameOptions.class).setAppName(example);
      }
      FileSystems.setDefaultPipelineOptions(options);
      return options;
    } catch (IllegalArgumentException e) {
      LOG.debug("Refused", e);
      String culprit = culprit(args, type);
      throw new UserMistake(
          culprit
              + firstLine(e)
              + (culprit.startsWith("--runner") ? RUNNER_ADVICE : " --help explains."));
    }
  }

  /** The argument that is wrong by itself, as Beam's messages about values do not name it. */
  private static String culprit(String[] args, Class<? extends PipelineOptions> type) {
    for (String arg : args) {
      try {
        PipelineOptionsFactory.fromArgs(arg).as(type);
      } catch (IllegalArgumentException e) {
        return arg + ": ";
      }
    }
    return "";
  }

  /** As a sentence. Jackson, which converts values, adds lines about positions in its input. */
  private static String firstLine(IllegalArgumentException e) {
    String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
  }
}
