package dev.microbatch.kafka.kill;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The main class: kills a pipeline again and again, prints what became of it, and exits with 0 if
 * every result is there exactly once, else with 1.
 */
@CommandLine.Command(
    name = "kill-test",
    description = {
      "Kills a pipeline (SIGKILL) that reads from and writes to a Kafka broker, restarts it from"
          + " its checkpoint, and does it again, while events keep coming. In the end each event"
          + " must have been numbered once, and each session counted once. Exits with 1 if not.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    showDefaultValues = true)
public final class KillTest implements Callable<Integer> {

  @CommandLine.Mixin private final Arguments arguments = new Arguments();

  @CommandLine.Spec private CommandSpec spec;

  /**
   * Runs the test.
   *
   * @param args {@code --help} explains them
   */
  public static void main(String[] args) {
    // Kafka's clients tell of every connection that they have to wait for.
    LogManager.getLogManager().reset();
    CommandLine command = new CommandLine(new KillTest());
    command.setParameterExceptionHandler(KillTest::refuse);
    System.exit(command.execute(args));
  }

  private static int refuse(CommandLine.ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(e.getMessage());
    err.println("--help explains the arguments");
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    arguments.check();
    Path directory = arguments.directory();
    out.printf("seed %d, logs and checkpoints in %s%n", arguments.seed(), directory);
    Report report;
    try (KillRun run = new KillRun(arguments, directory, out)) {
      report = run.run();
    }
    out.println(report.text());
    if (arguments.json().isPresent()) {
      Files.writeString(
          arguments.json().get(),
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
    }
    if (report.isClean() && !arguments.keepsDirectory()) {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    out.flush();
    return report.isClean() ? 0 : 1;
  }
}
