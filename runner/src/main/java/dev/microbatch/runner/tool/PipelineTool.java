package dev.microbatch.runner.tool;

import dev.microbatch.runner.spi.ServerFile;
import dev.microbatch.runner.spi.ServerFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Finds the pipelines that this user runs on this machine, says what they wait for, and asks them
 * to end or to commit. See {@code --help}.
 */
public final class PipelineTool {

  private static final String USAGE =
      """
      Shows the pipelines that you run on this machine, and asks them to do something.

        PipelineTool list
        PipelineTool why|link [PIPELINE]
        PipelineTool drain|stop|cancel|checkpoint [PIPELINE]

        list         prints process, id, name, state and web UI of each
        why          prints what it waits for
        link         prints the link to its web UI with the right to do everything
        drain        has it read nothing more, work off what there is, and end
        stop         has it commit and end, so that it can resume; needs --checkpointDir
        cancel       has it give up: what was not committed is lost
        checkpoint   has it commit soon; needs --checkpointDir
        PIPELINE     its name, its process, or process/id; may be left out if only one runs
        --help       prints this

      It finds processes that have the module microbatch-ui on their class path. Nothing is waited for.

      Ends with 0; with 1 if there is no such pipeline or it does not do it; with 2 if it is used wrongly.
      """;

  private static final Set<String> OPERATIONS = Set.of("drain", "stop", "cancel", "checkpoint");

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final int ACCEPTED = 202;
  private static final int OK = 200;

  private final PrintStream out;
  private final PrintStream err;
  private final ServerFiles files;

  /** Processes that have a file and do not answer. */
  private final List<String> silent = new ArrayList<>();

  private PipelineTool(PrintStream out, PrintStream err, ServerFiles files) {
    this.out = out;
    this.err = err;
    this.files = files;
  }

  /**
   * Does what is asked.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int status = run(System.out, System.err, ServerFiles.ofUser(), args);
    if (status != 0) {
      System.exit(status);
    }
  }

  /**
   * Does what is asked.
   *
   * @param out takes what is shown
   * @param err takes one line if that fails
   * @param files where running servers are noted
   * @param args see {@code --help}
   * @return the exit code of the process
   */
  public static int run(PrintStream out, PrintStream err, ServerFiles files, String... args) {
    for (String arg : args) {
      if (arg.equals("--help")) {
        out.print(USAGE);
        return 0;
      }
    }
    if (args.length < 1 || args.length > 2) {
      err.println("A command has to be given, and one pipeline at most; see --help");
      return WRONG_USAGE;
    }
    String command = args[0];
    boolean known =
        OPERATIONS.contains(command)
            || command.equals("why")
            || command.equals("link")
            || (command.equals("list") && args.length == 1);
    if (!known) {
      err.println(printable(String.join(" ", args)) + " is no command; see --help");
      return WRONG_USAGE;
    }
    try {
      return new PipelineTool(out, err, files).perform(command, args.length == 2 ? args[1] : null);
    } catch (IOException e) {
      err.println(printable(String.valueOf(e.getMessage())));
      return FAILED;
    }
  }

  private int perform(String command, @Nullable String wanted) throws IOException {
    List<ServerClient.Known> all = find();
    if (command.equals("list")) {
      return list(all);
    }
    ServerClient.Known pipeline = choose(all, wanted, OPERATIONS.contains(command));
    if (pipeline == null) {
      return FAILED;
    }
    return switch (command) {
      case "why" -> why(pipeline);
      case "link" -> {
        out.println(pipeline.server().link());
        yield 0;
      }
      default -> operate(pipeline, command);
    };
  }

  private List<ServerClient.Known> find() throws IOException {
    List<ServerClient.Known> all = new ArrayList<>();
    for (ServerFile file : files.list()) {
      ServerClient server = new ServerClient(file);
      try {
        all.addAll(server.pipelines());
      } catch (IOException e) {
        silent.add(
            "Process "
                + server.pid()
                + " does not answer at "
                + server.url()
                + ": "
                + e.getMessage());
      }
    }
    return all;
  }

  private int list(List<ServerClient.Known> all) {
    silent.forEach(line -> err.println(printable(line)));
    if (all.isEmpty()) {
      err.println(
          "There is no running pipeline with a web UI of yours: none is noted in "
              + files.directory());
      return FAILED;
    }
    for (ServerClient.Known one : all) {
      out.printf(
          "%-12s %-10s %s  %s%n",
          place(one), one.state(), printable(one.name()), one.server().url());
    }
    return 0;
  }

  private static String place(ServerClient.Known pipeline) {
    return pipeline.server().pid() + "/" + pipeline.id();
  }

  private ServerClient.@Nullable Known choose(
      List<ServerClient.Known> all, @Nullable String wanted, boolean mustRun) {
    List<ServerClient.Known> fitting =
        all.stream().filter(one -> wanted == null || fits(one, wanted)).toList();
    List<ServerClient.Known> running = fitting.stream().filter(one -> !one.ended()).toList();
    if (!running.isEmpty() || mustRun) {
      fitting = running;
    }
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    silent.forEach(line -> err.println(printable(line)));
    String which = wanted == null ? "" : " " + printable(wanted);
    err.println(
        fitting.isEmpty()
            ? "There is no running pipeline" + which + "; 'list' shows those that there are"
            : "Several pipelines fit: "
                + fitting.stream()
                    .map(one -> place(one) + " (" + printable(one.name()) + ")")
                    .collect(Collectors.joining(", "))
                + "; name one by its process and id");
    return null;
  }

  private static boolean fits(ServerClient.Known one, String wanted) {
    return wanted.equals(Long.toString(one.server().pid()))
        || wanted.equals(place(one))
        || wanted.equals(one.name());
  }

  private int why(ServerClient.Known pipeline) throws IOException {
    ServerClient.Answer answer = pipeline.server().why(pipeline);
    if (answer.status() != OK) {
      err.println(printable(answer.detail()));
      return FAILED;
    }
    out.print(printable(answer.body()));
    return 0;
  }

  private int operate(ServerClient.Known pipeline, String operation) throws IOException {
    ServerClient.Answer answer = pipeline.server().operate(pipeline, operation);
    if (answer.status() != ACCEPTED) {
      err.println(printable(answer.detail()));
      return FAILED;
    }
    out.println(
        "Asked " + printable(pipeline.name()) + " (" + place(pipeline) + ") for: " + operation);
    return 0;
  }

  /** Names are those of users: they are not to steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
  }
}
