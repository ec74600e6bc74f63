package dev.microbatch.ui;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A strict reader of Prometheus' text format: anything that is not as it should be is an error. */
final class Exposed {

  private static final Set<String> TYPES =
      Set.of("counter", "gauge", "histogram", "summary", "untyped");

  private final Map<String, String> types = new TreeMap<>();
  private final List<Sample> samples = new ArrayList<>();

  record Sample(String name, Map<String, String> labels, double value) {}

  static Exposed parse(String text) {
    Exposed exposed = new Exposed();
    if (!text.endsWith("\n")) {
      throw new AssertionError("the last line does not end");
    }
    for (String line : text.split("\n")) {
      if (line.startsWith("# TYPE ")) {
        String[] parts = line.split(" ");
        if (parts.length != 4 || !TYPES.contains(parts[3])) {
          throw new AssertionError(line);
        }
        if (exposed.types.put(parts[2], parts[3]) != null) {
          throw new AssertionError("twice: " + line);
        }
      } else if (line.startsWith("# HELP ")) {
        if (line.split(" ").length < 4) {
          throw new AssertionError(line);
        }
      } else {
        exposed.add(line);
      }
    }
    exposed.checkSeriesAreUnique();
    return exposed;
  }

  private void add(String line) {
    int at = 0;
    while (at < line.length() && "{ ".indexOf(line.charAt(at)) < 0) {
      at++;
    }
    String name = line.substring(0, at);
    if (!name.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
      throw new AssertionError("name: " + line);
    }
    Map<String, String> labels = new HashMap<>();
    if (line.charAt(at) == '{') {
      at++;
      while (line.charAt(at) != '}') {
        int equals = line.indexOf('=', at);
        String label = line.substring(at, equals);
        if (!label.matches("[a-zA-Z_][a-zA-Z0-9_]*") || line.charAt(equals + 1) != '"') {
          throw new AssertionError("label: " + line);
        }
        StringBuilder value = new StringBuilder();
        at = equals + 2;
        for (; line.charAt(at) != '"'; at++) {
          if (line.charAt(at) == '\\') {
            at++;
            value.append(
                switch (line.charAt(at)) {
                  case 'n' -> '\n';
                  case '"' -> '"';
                  case '\\' -> '\\';
                  default -> throw new AssertionError("escape: " + line);
                });
          } else {
            value.append(line.charAt(at));
          }
        }
        at++;
        if (labels.put(label, value.toString()) != null) {
          throw new AssertionError("a label twice: " + line);
        }
        if (line.charAt(at) == ',') {
          at++;
        }
      }
      at++;
    }
    if (line.charAt(at) != ' ') {
      throw new AssertionError("no value: " + line);
    }
    String value = line.substring(at + 1);
    samples.add(
        new Sample(
            name,
            labels,
            value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value)));
  }

  private void checkSeriesAreUnique() {
    Set<String> seen = new TreeSet<>();
    for (Sample sample : samples) {
      if (!seen.add(sample.name() + new TreeMap<>(sample.labels()))) {
        throw new AssertionError("twice: " + sample);
      }
      String family = sample.name().replaceAll("_(bucket|sum|count)$", "");
      if (!types.containsKey(sample.name()) && !types.containsKey(family)) {
        throw new AssertionError("no type: " + sample);
      }
    }
  }

  List<Sample> samples() {
    return samples;
  }

  /** The names of all series. */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    samples.forEach(sample -> names.add(sample.name()));
    return names;
  }

  String type(String name) {
    return types.get(name);
  }

  double value(String name, Map<String, String> labels) {
    return samples.stream()
        .filter(sample -> sample.name().equals(name))
        .filter(sample -> sample.labels().entrySet().containsAll(labels.entrySet()))
        .mapToDouble(Sample::value)
        .sum();
  }
}
