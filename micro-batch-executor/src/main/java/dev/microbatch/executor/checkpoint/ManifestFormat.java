package dev.microbatch.executor.checkpoint;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The text of a manifest: a line of JSON, and a line with the length of the first, its end
 * included, and the CRC32C of it.
 *
 * <pre>
 * {"format":3,"epoch":2,"writer":"3f0c...","number":1,"parent":"m-...json","sequence":17,
 *  "header":{"pipeline":"counts","commit":42,...},
 *  "files":[["d-...bin",4711,"1a2b3c4d",17], ...],                   name, length, CRC32C, sequence
 *  "chains":[{"step":"Count","partition":0,"segments":[[0,16,4100,25,true,0,64,4100], ...]}, ...],
 *             index of file, offset, length, entries, and what it contains as a whole: whether what
 *             belongs to no key, the first key group and the one behind the last, how many bytes
 *  "attachments":{"metrics":[0,4116,310,"9f86..."], ...}}         index of file, offset, length, SHA-256
 * #000000001234 5e6f7a8b
 * </pre>
 *
 * Format 2 is the same. In format 1 a segment has four numbers and whether it is everything.
 */
final class ManifestFormat {

  static final int FORMAT = 3;

  private static final int FIRST_FORMAT = 1;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern TRAILER = Pattern.compile("#(\\d{12}) ([0-9a-f]{8})");
  private static final int TRAILER_BYTES = 1 + 12 + 1 + 8;

  private ManifestFormat() {}

  /** What stands in a file that should be a manifest. */
  sealed interface Content {}

  /** It is a manifest. */
  record Whole(Manifest manifest) implements Content {}

  /**
   * It is none.
   *
   * @param problem what is wrong
   * @param torn whether it breaks off, as if its writer had died
   */
  record Broken(String problem, boolean torn) implements Content {}

  private record Json(
      int format,
      long epoch,
      String writer,
      int number,
      @Nullable String parent,
      long sequence,
      CommitHeader header,
      List<FileJson> files,
      List<ChainJson> chains,
      Map<String, AttachmentJson> attachments) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  private record FileJson(String name, long length, String crc32c, long sequence) {}

  private record ChainJson(String step, int partition, List<SegmentJson> segments) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  private record SegmentJson(
      int file,
      long offset,
      long length,
      long entries,
      boolean unkeyed,
      int firstGroup,
      int endGroup,
      long whole) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  private record AttachmentJson(int file, long offset, int length, String sha256) {}

  static byte[] encode(Manifest manifest) throws IOException {
    BlockBuffer text = new BlockBuffer(4096);
    byte[] body = JSON.writeValueAsBytes(toJson(manifest));
    text.put(body, 0, body.length);
    text.putByte('\n');
    String trailer =
        String.format(Locale.ROOT, "#%012d %s\n", text.size(), checksum(text.bytes(), text.size()));
    byte[] end = trailer.getBytes(StandardCharsets.US_ASCII);
    text.put(end, 0, end.length);
    return Arrays.copyOf(text.bytes(), text.size());
  }

  /**
   * Reads a manifest.
   *
   * @param name its file
   * @param bytes all of it
   * @throws CheckpointException if a newer version of this runner wrote it
   */
  static Content decode(FileName name, byte[] bytes) {
    Broken damage = damage(bytes);
    if (damage != null) {
      return damage;
    }
    try {
      JsonNode tree = JSON.readTree(bytes, 0, bytes.length - TRAILER_BYTES - 1);
      int format = tree.path("format").asInt();
      if (format > FORMAT) {
        throw new CheckpointException(
            "The checkpoint file "
                + name
                + " has format "
                + format
                + ", and this version of the runner reads up to "
                + FORMAT
                + ": run the pipeline with the version that wrote it, or a later one");
      }
      if (format == FIRST_FORMAT) {
        upgrade(tree);
      }
      Manifest manifest = toManifest(JSON.treeToValue(tree, Json.class));
      return manifest.name().equals(name)
          ? new Whole(manifest)
          : new Broken("it is a copy of " + manifest.name(), false);
    } catch (JsonProcessingException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | NullPointerException
        | ClassCastException e) {
      // Its checksum is right, so somebody has written this on purpose.
      return new Broken("it cannot be understood: " + e.getMessage(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Bytes in memory can be read.
    }
  }

  /** Makes one of format 1 one of a later format. */
  private static void upgrade(JsonNode manifest) {
    for (JsonNode chain : manifest.path("chains")) {
      for (JsonNode segment : chain.path("segments")) {
        ArrayNode fields = (ArrayNode) segment;
        boolean everything = fields.path(4).asBoolean();
        KeyGroupRange groups = scope(everything).keyGroups();
        fields.add(groups.first()).add(groups.end());
        fields.add(everything ? fields.path(2).asLong() : 0);
      }
    }
  }

  private static SnapshotScope scope(boolean everything) {
    return everything ? SnapshotScope.EVERYTHING : SnapshotScope.CHANGES;
  }

  private static @Nullable Broken damage(byte[] bytes) {
    int end = bytes.length - 1;
    int body = end - TRAILER_BYTES;
    Matcher trailer =
        TRAILER.matcher(
            body < 0 ? "" : new String(bytes, body, TRAILER_BYTES, StandardCharsets.ISO_8859_1));
    boolean right =
        trailer.matches()
            && Long.parseLong(trailer.group(1)) == body
            && trailer.group(2).equals(checksum(bytes, body));
    if (right && bytes[end] == '\n') {
      return null;
    }
    // A beginning of a manifest ends in a line break only where the first line does.
    boolean torn = end < 0 || (bytes[end] != '\n' && !right) || (end > 0 && bytes[end - 1] == '}');
    return torn ? new Broken("it breaks off", true) : new Broken("its checksum is wrong", false);
  }

  private static String checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return hex((int) crc.getValue());
  }

  private static String hex(int value) {
    return String.format(Locale.ROOT, "%08x", value);
  }

  private static Json toJson(Manifest manifest) {
    Map<String, Integer> index = new TreeMap<>();
    List<FileJson> files = new ArrayList<>();
    for (DataFile file : manifest.files().values()) {
      index.put(file.name(), files.size());
      files.add(new FileJson(file.name(), file.length(), hex(file.checksum()), file.sequence()));
    }
    List<ChainJson> chains = new ArrayList<>();
    manifest
        .chains()
        .forEach(
            (key, segments) ->
                chains.add(new ChainJson(key.step(), key.partition(), toJson(segments, index))));
    Map<String, AttachmentJson> attachments = new LinkedHashMap<>();
    manifest
        .attachments()
        .forEach(
            (name, at) ->
                attachments.put(
                    name,
                    new AttachmentJson(
                        index.get(at.file()), at.offset(), at.length(), at.sha256())));
    FileName parent = manifest.parent();
    return new Json(
        FORMAT,
        manifest.name().epoch(),
        manifest.name().writer(),
        manifest.name().number(),
        parent == null ? null : parent.toString(),
        manifest.sequence(),
        manifest.header(),
        files,
        chains,
        attachments);
  }

  private static List<SegmentJson> toJson(List<SegmentRef> segments, Map<String, Integer> index) {
    List<SegmentJson> result = new ArrayList<>(segments.size());
    for (SegmentRef at : segments) {
      KeyGroupRange groups = at.scope().keyGroups();
      result.add(
          new SegmentJson(
              index.get(at.file()),
              at.offset(),
              at.length(),
              at.entries(),
              at.scope().unkeyed(),
              groups.first(),
              groups.end(),
              at.whole()));
    }
    return result;
  }

  private static Manifest toManifest(Json json) {
    Map<String, DataFile> files = new TreeMap<>();
    for (FileJson file : json.files()) {
      int checksum = Integer.parseUnsignedInt(file.crc32c(), 16);
      files.put(file.name(), new DataFile(file.name(), file.length(), checksum, file.sequence()));
    }
    Map<ChainKey, List<SegmentRef>> chains = new TreeMap<>();
    for (ChainJson chain : json.chains()) {
      List<SegmentRef> segments = new ArrayList<>(chain.segments().size());
      for (SegmentJson at : chain.segments()) {
        String file = json.files().get(at.file()).name();
        SnapshotScope scope =
            new SnapshotScope(at.unkeyed(), new KeyGroupRange(at.firstGroup(), at.endGroup()));
        segments.add(
            new SegmentRef(file, at.offset(), at.length(), at.entries(), scope, at.whole()));
      }
      chains.put(new ChainKey(chain.step(), chain.partition()), List.copyOf(segments));
    }
    Map<String, AttachmentRef> attachments = new TreeMap<>();
    json.attachments()
        .forEach(
            (name, at) ->
                attachments.put(
                    name,
                    new AttachmentRef(
                        json.files().get(at.file()).name(),
                        at.offset(),
                        at.length(),
                        at.sha256())));
    ManifestBounds.check(json.header(), chains, attachments, files);
    return new Manifest(
        new FileName(
            FileName.Kind.MANIFEST,
            json.epoch(),
            json.header().commit(),
            json.writer(),
            json.number()),
        json.parent() == null ? null : FileName.parse(json.parent()).orElse(null),
        json.sequence(),
        json.header(),
        chains,
        attachments,
        files);
  }
}
