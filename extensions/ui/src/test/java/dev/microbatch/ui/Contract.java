package dev.microbatch.ui;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What openapi.json promises, and whether an answer keeps it: as much of JSON Schema as it uses.
 */
final class Contract {

  private final JsonNode contract;

  Contract() {
    try (InputStream in = Contract.class.getResourceAsStream("openapi.json")) {
      contract = Served.JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Method and path of everything that is described. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    contract
        .get("paths")
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> operations.add(method.toUpperCase() + " " + path.getKey())));
    return operations;
  }

  /** What is wrong with an answer. */
  List<String> check(String method, String path, int status, JsonNode answer) {
    JsonNode response =
        contract.at("/paths").get(path).get(method).get("responses").get(Integer.toString(status));
    if (response == null) {
      return List.of(path + " does not promise " + status);
    }
    JsonNode schema = resolve(response).get("content").elements().next().get("schema");
    List<String> wrong = new ArrayList<>();
    check(schema, answer, path, wrong);
    return wrong;
  }

  /** What is wrong with all examples. */
  List<String> checkExamples() {
    List<String> wrong = new ArrayList<>();
    checkExamples(contract, "", wrong);
    return wrong;
  }

  private void checkExamples(JsonNode node, String path, List<String> wrong) {
    if (node.has("schema") && node.has("example")) {
      check(node.get("schema"), node.get("example"), path, wrong);
    }
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              field -> checkExamples(field.getValue(), path + "/" + field.getKey(), wrong));
    } else if (node.isArray()) {
      node.forEach(item -> checkExamples(item, path, wrong));
    }
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? contract.at(node.get("$ref").asText().substring(1)) : node;
  }

  List<String> checkSchema(String name, JsonNode value) {
    List<String> wrong = new ArrayList<>();
    check(contract.at("/components/schemas/" + name), value, name, wrong);
    return wrong;
  }

  private void check(JsonNode unresolved, JsonNode value, String path, List<String> wrong) {
    JsonNode schema = resolve(unresolved);
    if (schema.has("oneOf")) {
      List<String> all = new ArrayList<>();
      for (JsonNode one : schema.get("oneOf")) {
        List<String> ofOne = new ArrayList<>();
        check(one, value, path, ofOne);
        if (ofOne.isEmpty()) {
          return;
        }
        all.addAll(ofOne);
      }
      wrong.addAll(all);
      return;
    }
    if (!hasType(schema.get("type"), value)) {
      wrong.add(path + " is " + value + ", not " + schema.get("type"));
      return;
    }
    if (schema.has("enum") && !value.isNull() && !contains(schema.get("enum"), value)) {
      wrong.add(path + " is " + value + ", not one of " + schema.get("enum"));
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        check(schema.get("items"), value.get(i), path + "[" + i + "]", wrong);
      }
    } else if (value.isObject()) {
      checkObject(schema, value, path, wrong);
    }
  }

  private void checkObject(JsonNode schema, JsonNode value, String path, List<String> wrong) {
    if (schema.has("required")) {
      for (JsonNode field : schema.get("required")) {
        if (!value.has(field.asText())) {
          wrong.add(path + " lacks " + field.asText());
        }
      }
    }
    Iterator<Map.Entry<String, JsonNode>> fields = value.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      JsonNode known = schema.path("properties").get(field.getKey());
      JsonNode others = schema.get("additionalProperties");
      if (known != null) {
        check(known, field.getValue(), path + "." + field.getKey(), wrong);
      } else if (others != null && others.isObject()) {
        check(others, field.getValue(), path + "." + field.getKey(), wrong);
      } else if (others != null && !others.asBoolean()) {
        wrong.add(path + " has " + field.getKey());
      }
    }
  }

  private static boolean hasType(@Nullable JsonNode type, JsonNode value) {
    if (type == null) {
      return true;
    }
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (hasType(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.asText()) {
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      default -> value.isNull();
    };
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    for (JsonNode one : values) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
