package dev.microbatch.runner.spi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files that say where servers of this user's processes are: {@code <pid>.json} in a directory
 * that nobody else can look into. Files of processes that are gone are deleted when somebody comes
 * by.
 *
 * <p>Thread-safe.
 */
public final class ServerFiles {

  private static final String SUFFIX = ".json";
  private static final long MOST_BYTES = 16_384;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private final Path directory;

  /** Those in a directory, which is made when it is needed. */
  public ServerFiles(Path directory) {
    this.directory = directory;
  }

  /** Those of this user. */
  public static ServerFiles ofUser() {
    return new ServerFiles(
        directory(System.getenv(), System.getProperty("user.home"), System.getProperty("os.name")));
  }

  /** Where the system wants a program to keep what it has to remember for a while. */
  static Path directory(Map<String, String> environment, String home, String system) {
    String name = system.toLowerCase(Locale.ROOT);
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    String local = environment.getOrDefault("LOCALAPPDATA", "");
    Path base;
    if (!state.isEmpty()) {
      base = Path.of(state);
    } else if (home.isEmpty() || home.equals("?")) {
      // A user without a home, as in some containers.
      base = Path.of(System.getProperty("java.io.tmpdir"), "microbatch-state");
    } else if (name.startsWith("windows") && !local.isEmpty()) {
      base = Path.of(local);
    } else if (name.startsWith("mac")) {
      base = Path.of(home, "Library", "Application Support");
    } else {
      base = Path.of(home, ".local", "state");
    }
    return base.resolve("microbatch");
  }

  /** Where they are. */
  public Path directory() {
    return directory;
  }

  /**
   * Writes the file of a process, and deletes those of processes that are gone.
   *
   * @throws IOException if it cannot be written so that nobody else can read it
   */
  public void write(ServerFile file) throws IOException {
    makeDirectory();
    sweep();
    Path target = path(file.pid());
    Path draft = directory.resolve(file.pid() + ".new");
    Files.deleteIfExists(draft);
    try (FileChannel channel =
        FileChannel.open(
            draft,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            attributes(FILE))) {
      ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(file));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Deletes the file of a process, if it is still this one. */
  public void delete(ServerFile file) throws IOException {
    Optional<ServerFile> there = read(path(file.pid()));
    if (there.isPresent() && there.get().equals(file)) {
      Files.deleteIfExists(path(file.pid()));
    }
  }

  /**
   * The servers of processes of this machine that are there still, by their process ids.
   *
   * @throws IOException if the directory cannot be read
   */
  public List<ServerFile> list() throws IOException {
    List<ServerFile> alive = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      sweep();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
        for (Path file : files) {
          read(file).filter(ServerFile::isHere).filter(ServerFile::isAlive).ifPresent(alive::add);
        }
      }
    }
    alive.sort(Comparator.comparingLong(ServerFile::pid));
    return alive;
  }

  /** Deletes files of processes of this machine that are gone. What is not ours stays. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        Optional<ServerFile> server = read(file);
        if (server.isPresent() && server.get().isHere() && !server.get().isAlive()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Path path(long pid) {
    return directory.resolve(pid + SUFFIX);
  }

  /** Empty if it is gone, or none of ours: a link, too large, or not what is written here. */
  private static Optional<ServerFile> read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
      return Optional.empty();
    }
    try {
      ServerFile server = JSON.readValue(Files.readAllBytes(file), ServerFile.class);
      boolean whole = server != null && server.host() != null && server.token() != null;
      boolean named = whole && file.getFileName().toString().equals(server.pid() + SUFFIX);
      return named && server.machine() != null ? Optional.of(server) : Optional.empty();
    } catch (JsonProcessingException | NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void makeDirectory() throws IOException {
    Path parent = directory.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(directory, attributes(DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      if (knowsPermissions()) {
        Files.setPosixFilePermissions(directory, DIRECTORY); // fails if it is somebody else's
      }
    }
  }

  private FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
    return knowsPermissions()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private boolean knowsPermissions() {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
