package dev.microbatch.runner.spi;

import java.time.Instant;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Where the server of a process is, and its token: what programs of the same user need to ask it.
 *
 * @param pid the process
 * @param startedMillis when the process was started, in milliseconds since the epoch; null if the
 *     system does not say
 * @param machine the name of the machine, since a home directory may be shared
 * @param host the address that it listens on
 * @param port its port
 * @param token the token
 */
public record ServerFile(
    long pid, @Nullable Long startedMillis, String machine, String host, int port, String token) {

  /** By how much two statements of when a process was started may differ, in milliseconds. */
  private static final long TOLERANCE_MILLIS = 2_000;

  /**
   * That of this process.
   *
   * @param host the address that its server listens on
   * @param port its port
   * @param token its token
   */
  public static ServerFile ofThisProcess(String host, int port, String token) {
    ProcessHandle self = ProcessHandle.current();
    return new ServerFile(self.pid(), started(self), Machine.name(), host, port, token);
  }

  private static @Nullable Long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(null);
  }

  /** Whether the process is on this machine, as far as that can be told. */
  boolean isHere() {
    return machine.equals(Machine.name());
  }

  /** Whether the process is there still, and not another one that has its number now. */
  boolean isAlive() {
    ProcessHandle process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).orElse(null);
    if (process == null) {
      return false;
    }
    Long started = started(process);
    return startedMillis == null
        || started == null
        || Math.abs(started - startedMillis) <= TOLERANCE_MILLIS;
  }

  /** Never shows the token. */
  @Override
  public String toString() {
    return Map.of("pid", pid, "host", host, "port", port).toString();
  }
}
