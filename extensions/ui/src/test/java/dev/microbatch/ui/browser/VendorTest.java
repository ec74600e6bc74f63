package dev.microbatch.ui.browser;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The libraries that the pages bring along. */
class VendorTest {

  private static final Path FOLDER =
      Path.of("src/main/resources/dev/microbatch/ui/web/vendor").toAbsolutePath();

  private static JsonNode files() throws IOException {
    return new ObjectMapper().readTree(FOLDER.resolve("vendor.json").toFile()).path("files");
  }

  @Test
  void eachFileIsTheOneThatItsMakersPublished() throws IOException, GeneralSecurityException {
    assertThat(files().size(), is(greaterThan(0)));
    for (JsonNode file : files()) {
      byte[] bytes = Files.readAllBytes(FOLDER.resolve(file.path("file").asText()));
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      assertThat(file.path("file").asText(), hash, is(file.path("sha256").asText()));
      assertThat(file.path("file").asText(), bytes.length, is(file.path("bytes").asInt()));
      assertThat(file.path("version").asText(), is(not("")));
      assertThat(file.path("license").asText(), is(not("")));
    }
  }

  @Test
  void nothingElseIsThereAndEachFileHasItsLicense() throws IOException {
    Set<String> known = new TreeSet<>(Set.of("vendor.json"));
    for (JsonNode file : files()) {
      known.add(file.path("file").asText());
      List<String> licenses = new ArrayList<>();
      file.path("licenseFiles").forEach(license -> licenses.add(license.asText()));
      assertThat(file.path("file").asText(), licenses.size(), is(greaterThan(0)));
      known.addAll(licenses);
    }
    try (Stream<Path> there = Files.list(FOLDER)) {
      Set<String> names =
          there.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
      assertThat(names, containsInAnyOrder(known.toArray(String[]::new)));
    }
  }
}
