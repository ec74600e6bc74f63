package dev.microbatch.runner.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The name of this machine, without asking the network. */
final class Machine {

  private static final Path LINUX_NAME = Path.of("/proc/sys/kernel/hostname");

  private Machine() {}

  /** Empty if there is none. */
  static String name() {
    try {
      if (Files.isReadable(LINUX_NAME)) {
        return Files.readString(LINUX_NAME).strip();
      }
    } catch (IOException e) {
      // then as the environment says
    }
    Map<String, String> environment = System.getenv();
    return environment.getOrDefault("COMPUTERNAME", environment.getOrDefault("HOSTNAME", ""));
  }
}
