package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.sameInstance;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;

class ReceiversTest {

  @Test
  void noneDropsRecords() {
    Receivers.of(List.of()).process("a", Meta.GLOBAL);
  }

  @Test
  void oneIsUsedDirectly() {
    Collector one = new Collector();
    assertThat(Receivers.of(List.of(one)), sameInstance(one));
  }

  @Test
  void severalAllReceive() {
    Collector one = new Collector();
    Collector two = new Collector();
    Receivers.of(List.of(one, two)).process("a", Meta.GLOBAL);
    Collector.Received expected = new Collector.Received("a", Meta.GLOBAL);
    assertThat(one.records, contains(expected));
    assertThat(two.records, contains(expected));
  }

  @Test
  void voidKeyIsAdded() {
    Collector out = new Collector();
    new WithVoidKeyOperator(out).process("a", Meta.GLOBAL);
    assertThat(out.records, contains(new Collector.Received(KV.of(null, "a"), Meta.GLOBAL)));
  }
}
