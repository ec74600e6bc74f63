package dev.microbatch.executor.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/** Reads manifests, and finds out whether what they name is there. Not thread-safe. */
final class ManifestReader {

  private static final int READ_BYTES = 256 * 1024;

  /** What is longer is no manifest: a large one, of 5,000 chains of 30 segments, has 6 MB. */
  private static final int MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

  private final StoredFiles files;
  private final int maxManifestBytes;

  /** Files that were read, and are as they should be. */
  private final Set<DataFile> whole = new HashSet<>();

  /** Files that were read, and what is wrong with them. */
  private final Map<DataFile, String> broken = new HashMap<>();

  /**
   * Makes a reader.
   *
   * @param files where to read
   */
  ManifestReader(StoredFiles files) {
    this(files, MAX_MANIFEST_BYTES);
  }

  ManifestReader(StoredFiles files, int maxManifestBytes) {
    this.files = files;
    this.maxManifestBytes = maxManifestBytes;
  }

  /**
   * Prepares for another look. Files never change, so what was whole is whole as long as it is
   * there; what was not may be by now.
   *
   * @param listing what is there
   */
  void lookAgain(Listing listing) {
    whole.removeIf(file -> FileName.parse(file.name()).filter(listing::contains).isEmpty());
    broken.clear();
  }

  /**
   * Reads a manifest, not what it names.
   *
   * @throws CheckpointException if a newer version of this runner wrote it
   * @throws IOException if it is there and cannot be read
   */
  ManifestFormat.Content read(FileName name) throws IOException {
    byte[] bytes;
    try (InputStream in = files.open(name.toString(), 0)) {
      bytes = in.readNBytes(maxManifestBytes + 1);
    } catch (FileNotFoundException | NoSuchFileException e) {
      return new ManifestFormat.Broken("it has been deleted", false);
    } catch (RegularFile.Other e) {
      return new ManifestFormat.Broken("it is not a regular file", false);
    }
    if (bytes.length > maxManifestBytes) {
      return new ManifestFormat.Broken(
          "it is longer than the " + maxManifestBytes + " bytes that a manifest may have", false);
    }
    return ManifestFormat.decode(name, bytes);
  }

  /**
   * Reads every file that a manifest names, unless it was read before.
   *
   * @return what is wrong with one of them; empty if each is there, with its length, its checksum
   *     and the header of a data file
   * @throws CheckpointException if a newer version of this runner wrote one
   * @throws IOException if one is there and cannot be read
   */
  Optional<String> problem(Manifest manifest) throws IOException {
    for (DataFile file : manifest.files().values()) {
      if (!whole.contains(file) && !broken.containsKey(file)) {
        problem(file).ifPresentOrElse(what -> broken.put(file, what), () -> whole.add(file));
      }
      if (broken.containsKey(file)) {
        return Optional.of("its file " + file.name() + " " + broken.get(file));
      }
    }
    return Optional.empty();
  }

  private Optional<String> problem(DataFile file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] header;
    long length;
    try (InputStream in = files.open(file.name(), 0)) {
      header = in.readNBytes(DataFileHeader.BYTES);
      crc.update(header, 0, header.length);
      length = header.length;
      byte[] buffer = new byte[READ_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
        length += read;
        if (length > file.length()) {
          return Optional.of("has more than " + file.length() + " bytes");
        }
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.of("is missing");
    } catch (RegularFile.Other e) {
      return Optional.of("is not a regular file");
    }
    if (length != file.length()) {
      return Optional.of("has " + length + " bytes instead of " + file.length());
    }
    return (int) crc.getValue() == file.checksum()
        ? DataFileHeader.problem(files.location(), file.name(), header)
        : Optional.of("is damaged: its checksum is wrong");
  }
}
