package dev.microbatch.translation.fingerprint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Puts coders, windowings and state into words that are the same in every JVM. */
final class Descriptions {

  private Descriptions() {}

  static String coder(@Nullable Coder<?> coder) {
    if (coder == null) {
      return "no coder";
    }
    String name = coder.getClass().getName();
    if (coder instanceof SchemaCoder<?> schemaCoder) {
      return name + schema(schemaCoder.getSchema());
    }
    List<? extends Coder<?>> arguments = coder.getCoderArguments();
    if (arguments == null || arguments.isEmpty()) {
      return name + '<' + coder.getEncodedTypeDescriptor() + '>';
    }
    List<String> described = new ArrayList<>();
    arguments.forEach(argument -> described.add(coder(argument)));
    return name + '(' + String.join(", ", described) + ')';
  }

  private static String schema(Schema schema) {
    List<String> fields = new ArrayList<>();
    schema
        .getFields()
        .forEach(field -> fields.add(field.getName() + ' ' + fieldType(field.getType())));
    return '{' + String.join(", ", fields) + '}';
  }

  private static String fieldType(Schema.FieldType type) {
    StringBuilder text = new StringBuilder(type.getTypeName().name());
    if (type.getRowSchema() != null) {
      text.append(schema(type.getRowSchema()));
    }
    if (type.getMapKeyType() != null) {
      text.append('<').append(fieldType(type.getMapKeyType())).append('>');
      text.append('<').append(fieldType(type.getMapValueType())).append('>');
    }
    if (type.getCollectionElementType() != null) {
      text.append('<').append(fieldType(type.getCollectionElementType())).append('>');
    }
    if (type.getLogicalType() != null) {
      text.append('<').append(type.getLogicalType().getIdentifier()).append(", ");
      text.append(fieldType(type.getLogicalType().getBaseType())).append('>');
    }
    return text.append(type.getNullable() ? "?" : "").toString();
  }

  /** All of a windowing strategy: what a grouping depends on. */
  static String windowing(WindowingStrategy<?, ?> windowing) {
    return windows(windowing)
        + ", trigger "
        + windowing.getTrigger()
        + ", "
        + windowing.getMode()
        + ", timestamp "
        + windowing.getTimestampCombiner()
        + ", "
        + windowing.getClosingBehavior()
        + ", "
        + windowing.getOnTimeBehavior();
  }

  /**
   * The windows of a windowing strategy and how long they live: what state in a window depends on.
   */
  static String windows(WindowingStrategy<?, ?> windowing) {
    return windowFn(windowing.getWindowFn())
        + ", lateness "
        + windowing.getAllowedLateness().getMillis()
        + " ms"
        + (windowing.needsMerge() ? ", merging" : "");
  }

  private static String windowFn(WindowFn<?, ?> fn) {
    Map<String, String> shown = new TreeMap<>();
    DisplayData.from(fn)
        .asMap()
        .values()
        .forEach(item -> shown.put(item.getKey(), String.valueOf(item.getValue())));
    return fn.getClass().getName() + shown;
  }

  static String state(StateSpec<?> spec) {
    return spec.match(StateWords.INSTANCE);
  }

  private static final class StateWords implements StateSpec.Cases<String> {
    static final StateWords INSTANCE = new StateWords();

    @Override
    public String dispatchValue(Coder<?> valueCoder) {
      return "value " + coder(valueCoder);
    }

    @Override
    public String dispatchBag(Coder<?> elementCoder) {
      return "bag of " + coder(elementCoder);
    }

    @Override
    public String dispatchOrderedList(Coder<?> elementCoder) {
      return "ordered list of " + coder(elementCoder);
    }

    @Override
    public String dispatchCombining(Combine.CombineFn<?, ?, ?> combineFn, Coder<?> accumCoder) {
      return "combined in " + coder(accumCoder);
    }

    @Override
    public String dispatchMap(Coder<?> keyCoder, Coder<?> valueCoder) {
      return "map from " + coder(keyCoder) + " to " + coder(valueCoder);
    }

    @Override
    public String dispatchSet(Coder<?> elementCoder) {
      return "set of " + coder(elementCoder);
    }

    @Override
    public String dispatchMultimap(Coder<?> keyCoder, Coder<?> valueCoder) {
      return "multimap from " + coder(keyCoder) + " to " + coder(valueCoder);
    }
  }
}
