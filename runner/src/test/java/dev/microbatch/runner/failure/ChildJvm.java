package dev.microbatch.runner.failure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child JVM that has to end by itself: one that does not is killed, and the test fails. */
final class ChildJvm implements AutoCloseable {

  /**
   * How long a child may take before it counts as hung, on a busy machine too; less than a shutdown
   * hook waits for its pipeline.
   */
  private static final int HUNG_SECONDS = 50;

  private final Process process;
  private final Path log;

  /** How a child has ended, and what it printed. */
  record Ended(int exitCode, String output) {}

  private ChildJvm(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a JVM.
   *
   * @param heap the largest heap, as {@code -Xmx} takes it
   * @param main its main class
   * @param log the file for what it prints
   * @param args arguments of the main class
   */
  static ChildJvm start(String heap, Class<?> main, Path log, String... args) throws IOException {
    return start(heap, System.getProperty("java.class.path"), main, log, args);
  }

  /** Starts a JVM on a class path of its own. */
  static ChildJvm start(String heap, String classPath, Class<?> main, Path log, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(List.of(args));
    return new ChildJvm(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start(),
        log);
  }

  /** Asks it to end, by SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /**
   * Waits until it has ended by itself.
   *
   * @throws AssertionError if it does not
   */
  Ended await() throws IOException, InterruptedException {
    boolean ended = process.waitFor(HUNG_SECONDS, TimeUnit.SECONDS);
    String output = Files.readString(log, StandardCharsets.UTF_8);
    if (!ended) {
      throw new AssertionError("The process does not end. It has printed\n" + output);
    }
    return new Ended(process.exitValue(), output);
  }

  /** Kills it, if it has not ended. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
