package dev.microbatch.conformance.worker;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How to start a JVM for tests: with the Java and the class path of this one.
 *
 * @param jvmArguments such as {@code -Xmx4g} and system properties
 * @param directory where its tests run; what they print goes to {@code fork-N.log} there
 * @param verbose whether to print here what the tests print, instead
 */
public record ForkCommand(List<String> jvmArguments, Path directory, boolean verbose) {

  /** Copies the list. */
  public ForkCommand {
    jvmArguments = List.copyOf(jvmArguments);
  }

  /** Returns where the tests of a fork print to. */
  String output(int number) {
    return verbose ? "standard error" : log(number).toString();
  }

  Process start(int number) throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp").toAbsolutePath());
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    // Standard output carries messages: nothing that the JVM has to say may get in between.
    command.add("-XX:+DisplayVMOutputToStderr");
    command.add("-Xlog:disable");
    command.add("-Xlog:all=warning:stderr");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(jvmArguments);
    command.add("-cp");
    command.add(absoluteClassPath());
    command.add(Worker.class.getName());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(verbose ? Redirect.INHERIT : Redirect.appendTo(log(number).toFile()));
    hideCredentials(builder.environment(), temporary);
    return builder.start();
  }

  /** Some tests would make things in Google Cloud if this machine had credentials for it. */
  private static void hideCredentials(Map<String, String> environment, Path empty) {
    environment.remove("GOOGLE_APPLICATION_CREDENTIALS");
    environment.put("CLOUDSDK_CONFIG", empty.toString());
    environment.put("NO_GCE_CHECK", "true");
  }

  private Path log(int number) {
    return directory.resolve("fork-" + number + ".log");
  }

  private static String absoluteClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
