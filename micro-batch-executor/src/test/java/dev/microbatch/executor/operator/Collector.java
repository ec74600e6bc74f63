package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import java.util.ArrayList;
import java.util.List;

/** Keeps the records that it receives, in their order. */
final class Collector implements Receiver {

  /** A record that was received. */
  record Received(Object value, Meta meta) {}

  final List<Received> records = new ArrayList<>();

  @Override
  public void process(Object value, Meta meta) {
    records.add(new Received(value, meta));
  }

  List<Object> values() {
    List<Object> values = new ArrayList<>();
    records.forEach(r -> values.add(r.value()));
    return values;
  }

  /** The metadata of the only record. */
  Meta onlyMeta() {
    if (records.size() != 1) {
      throw new AssertionError("expected one record, got " + records);
    }
    return records.get(0).meta();
  }
}
