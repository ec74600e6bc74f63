package dev.microbatch.benchmarks.pipelines;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The JVMs of a comparison. Each runs {@link Main} on one runner's class path; what it says apart
 * from its results is kept in a file.
 */
final class ComparedProcess {

  private static final String RESULT = "{\"benchmark\"";
  private static final Pattern JVM_FAILURE = Pattern.compile("(Error: |Exception in thread )");

  private final Path classPaths;
  private final String heap;
  private final int timeoutSeconds;

  /**
   * Describes the JVMs.
   *
   * @param classPaths the directory with a file RUNNER.classpath for each runner
   * @param heap the size of the heap, as -Xmx takes it
   * @param timeoutSeconds after what time a JVM is ended
   */
  ComparedProcess(Path classPaths, String heap, int timeoutSeconds) {
    this.classPaths = classPaths;
    this.heap = heap;
    this.timeoutSeconds = timeoutSeconds;
  }

  /** A JVM did not give what it should have. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * Runs one benchmark on one runner.
   *
   * @param warmup how many runs are not measured
   * @param runs how many are
   * @param round what the results say of their round
   * @return the measured runs
   * @throws FailedException if the JVM fails, dies, takes too long, or has a wrong result
   * @throws IllegalArgumentException if the runner has no class path
   */
  List<RunResult> run(
      ComparedBenchmark benchmark, ComparedRunner runner, int warmup, int runs, int round)
      throws IOException, InterruptedException, FailedException {
    Path logs = Files.createDirectories(classPaths.resolve("logs"));
    Path log = logs.resolve(benchmark.name() + "-" + runner.title() + "-" + round + ".log");
    Path scratch = Files.createTempDirectory("microbatch-compare-");
    try {
      List<String> command = command(benchmark, runner, scratch);
      command.add("--warmup=" + warmup);
      command.add("--runs=" + runs);
      return run(command, log, runs, round);
    } finally {
      delete(scratch);
    }
  }

  private List<RunResult> run(List<String> command, Path log, int runs, int round)
      throws IOException, InterruptedException, FailedException {
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    AtomicBoolean late = new AtomicBoolean();
    Thread watch = endAfterTimeout(process, late);
    List<RunResult> results = new ArrayList<>();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(RESULT)) {
          results.add(RunResult.parse(line).in(round));
        }
      }
    } finally {
      process.destroyForcibly(); // has ended by itself unless reading failed
    }
    int status = process.waitFor();
    watch.interrupt();
    if (late.get()) {
      throw new FailedException("was ended after --timeout=" + timeoutSeconds + " seconds");
    }
    if (status != 0 || results.size() != runs) {
      throw new FailedException(reason(log, status) + " (see " + log + ")");
    }
    return results;
  }

  /** What {@link Main} says of a failure; if nothing, what the JVM says. */
  private static String reason(Path log, int status) throws IOException {
    String reason = "exit status " + status;
    for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith(Main.FAILURE)) {
        return line.substring(Main.FAILURE.length());
      }
      if (JVM_FAILURE.matcher(line).lookingAt()) {
        return reason + ", " + line;
      }
    }
    return reason;
  }

  /** Ends a JVM that takes too long, which closes its output, too. */
  private Thread endAfterTimeout(Process process, AtomicBoolean late) {
    Thread watch =
        new Thread(
            () -> {
              try {
                if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                  late.set(true);
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "timeout");
    watch.setDaemon(true);
    watch.start();
    return watch;
  }

  private List<String> command(ComparedBenchmark benchmark, ComparedRunner runner, Path scratch)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-Djava.io.tmpdir=" + scratch);
    command.addAll(runner.jvmArguments());
    command.add("-cp");
    command.add(classPath(runner));
    command.add(Main.class.getName());
    command.add("--parent=" + ProcessHandle.current().pid());
    command.add("--benchmark=" + benchmark.name());
    command.add("--n=" + benchmark.sizes().records());
    command.add("--keys=" + benchmark.sizes().keys());
    command.add("--seed=" + benchmark.sizes().seed());
    command.addAll(runner.arguments());
    if (benchmark.workload().isCheckpointed()) {
      command.addAll(runner.checkpointArguments(scratch.resolve("checkpoints")));
    }
    return command;
  }

  private String classPath(ComparedRunner runner) throws IOException {
    Path file = classPaths.resolve(runner.title() + ".classpath");
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          file + " is missing: benchmarks/compare makes it from benchmarks/runners");
    }
    return Files.readString(file).strip();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
