package dev.microbatch.runner.tool;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microbatch.executor.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Shows what is in a checkpoint directory: which commits, how much state, how far sources were
 * read. It claims nothing and changes nothing, and so can be used while a pipeline runs. See {@code
 * --help}.
 */
public final class CheckpointTool {

  private static final String USAGE =
      """
      Shows what is in a checkpoint directory, without changing it.

        CheckpointTool [--json] [options of the filesystem] DIRECTORY

        DIRECTORY   what the pipeline has as --checkpointDir
        --json      prints JSON
        --help      prints this

      Prints every manifest, newest first, and whether it is whole; and of the newest that is whole,
      each stage's keys, cells, timers, watermarks and positions. "keys before" are those of the
      oldest one that is whole. All files are read once, and the keys are held in memory.
      All other options, such as --awsRegion=..., are passed on to Beam.

      Ends with 0; with 1 if there is no checkpoint or it cannot be read; with 2 if it is used wrongly.
      """;

  private static final int NOT_READ = 1;
  private static final int WRONG_USAGE = 2;

  private CheckpointTool() {}

  /**
   * Shows a checkpoint.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int status = run(System.out, System.err, args);
    if (status != 0) {
      System.exit(status);
    }
  }

  /**
   * Shows a checkpoint.
   *
   * @param out takes what is shown
   * @param err takes one line if that fails
   * @param args see {@code --help}
   * @return the exit code of the process
   */
  static int run(PrintStream out, PrintStream err, String... args) {
    List<String> directories = new ArrayList<>();
    List<String> options = new ArrayList<>();
    boolean json = false;
    for (String arg : args) {
      if (arg.equals("--help")) {
        out.print(USAGE);
        return 0;
      } else if (arg.equals("--json")) {
        json = true;
      } else {
        (arg.startsWith("--") ? options : directories).add(arg);
      }
    }
    if (directories.size() != 1) {
      err.println("One directory has to be named, not " + directories.size() + "; see --help");
      return WRONG_USAGE;
    }
    try {
      FileSystems.setDefaultPipelineOptions(
          PipelineOptionsFactory.fromArgs(options.toArray(String[]::new)).create());
    } catch (IllegalArgumentException e) {
      err.println(oneLine(e) + "; see --help");
      return WRONG_USAGE;
    }
    try {
      CheckpointReport report = Inspection.of(directories.get(0));
      out.print(json ? json(report) : ReportText.of(report));
      return 0;
    } catch (CheckpointException e) {
      err.println(oneLine(e));
    } catch (IOException e) {
      err.println(
          "The checkpoint in "
              + directories.get(0)
              + " cannot be read ("
              + oneLine(e)
              + "): if a pipeline runs, it has deleted an old file meanwhile; try again");
    }
    return NOT_READ;
  }

  private static String json(CheckpointReport report) throws IOException {
    JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    return mapper.writeValueAsString(report) + "\n";
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\R\\s*", " ");
  }
}
