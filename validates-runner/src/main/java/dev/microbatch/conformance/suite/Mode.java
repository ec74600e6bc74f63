package dev.microbatch.conformance.suite;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A way to run every suite: pipeline options that change how the runner works and must not change
 * what comes out. A mode is one entry of {@code modes.json}.
 *
 * @param name as typed after {@code --mode=}
 * @param options pipeline options, such as {@code --parallelism=2}
 */
public record Mode(String name, List<String> options) {

  /** Copies the list. */
  public Mode {
    options = List.copyOf(options);
  }

  /** Returns all modes, in the order of the file. */
  public static List<Mode> all() throws IOException {
    try (InputStream json = Mode.class.getResourceAsStream("/conformance/modes.json")) {
      return new ObjectMapper()
              .readValue(json, new TypeReference<LinkedHashMap<String, List<String>>>() {})
              .entrySet()
              .stream()
              .map(entry -> new Mode(entry.getKey(), entry.getValue()))
              .toList();
    }
  }
}
