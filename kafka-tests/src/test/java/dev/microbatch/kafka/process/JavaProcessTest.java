package dev.microbatch.kafka.process;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
class JavaProcessTest {
  @TempDir Path directory;

  @Test
  void killsBySignalNine() throws Exception {
    try (JavaProcess process = start("wait")) {
      process.checkAlive();
      process.kill();
      assertThrows(ChildFailedException.class, process::checkAlive);
    }
  }

  @Test
  void tellsHowAProcessEndedThatShouldRun() throws Exception {
    try (JavaProcess process = start("fail")) {
      process.onExit().join();
      String message = assertThrows(ChildFailedException.class, process::checkAlive).getMessage();
      assertThat(
          message,
          allOf(
              containsString("The child ended by itself, with exit code 7"),
              containsString("something is wrong")));
      assertThrows(ChildFailedException.class, process::kill);
    }
  }

  private JavaProcess start(String arg) throws IOException {
    return JavaProcess.start(
        "child", List.of("-Xmx16m"), Child.class, List.of(arg), directory.resolve("child.log"));
  }

  /** Fails, or waits until its parent is gone. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws InterruptedException {
      if (args[0].equals("fail")) {
        System.out.println("something is wrong");
        System.exit(7);
      }
      ParentWatch.start();
      Thread.currentThread().join();
    }
  }
}
