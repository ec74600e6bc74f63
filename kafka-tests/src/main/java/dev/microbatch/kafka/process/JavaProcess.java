package dev.microbatch.kafka.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A child JVM on the class path of this one. What it prints goes to a file. Its standard input is a
 * pipe that closes when this JVM ends, however it ends: see {@link ParentWatch}.
 *
 * <p>Thread-safe.
 */
public final class JavaProcess implements AutoCloseable {
  /** How {@link Process} reports a process that was ended by signal 9. */
  private static final int SIGKILLED = 128 + 9;

  private static final int TAIL_LINES = 40;

  private final String name;
  private final Path log;
  private final Process process;

  private JavaProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a JVM.
   *
   * @param name what errors call it
   * @param jvm arguments of the JVM
   * @param main its main class
   * @param args arguments of the main class
   * @param log the file that its output is appended to
   * @throws IOException if the process cannot be created
   */
  public static JavaProcess start(
      String name, List<String> jvm, Class<?> main, List<String> args, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(args);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new JavaProcess(name, log, process);
  }

  /** Returns the file that holds what it printed. */
  public Path log() {
    return log;
  }

  /** Returns the last lines of what it printed. */
  public String logTail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what completes when the process has ended. */
  public CompletableFuture<?> onExit() {
    return process.onExit();
  }

  /**
   * Makes sure that it runs.
   *
   * @throws ChildFailedException if it has ended
   */
  public void checkAlive() {
    if (!process.isAlive()) {
      throw new ChildFailedException(
          "The %s ended by itself, with exit code %d".formatted(name, process.exitValue()), this);
    }
  }

  /**
   * Kills it with signal 9, which leaves it no chance to do anything any more, and waits until it
   * is gone.
   *
   * @throws ChildFailedException if it ended in any other way
   * @throws InterruptedException if this thread is interrupted
   */
  public void kill() throws InterruptedException {
    int exit = process.destroyForcibly().waitFor();
    if (exit != SIGKILLED) {
      throw new ChildFailedException(
          "The %s ended with exit code %d before it was killed".formatted(name, exit), this);
    }
  }

  /** Ends it, if it has not ended, by signal 9. Does not care how it ends. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
