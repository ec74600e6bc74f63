package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingTimedOperatorTest {

  /** Adds nothing. */
  private static final class Plain extends ForwardingTimedOperator {
    Plain(Operator operator) {
      super(operator);
    }
  }

  @Test
  void forgetsNoMethod() {
    Forwarding.assertForgetsNothing(Plain::new);
  }

  @Test
  void givesRecordsToAnOperatorThatTakesNoKeys() throws Exception {
    List<Object> values = new ArrayList<>();
    Plain plain = new Plain((value, meta) -> values.add(value));

    plain.process("a", Meta.GLOBAL);
    plain.processKeyed("b", Meta.GLOBAL, "key", 7);

    assertThat(values, is(List.of("a", "b")));
  }

  @Test
  void answersForAnOperatorThatKeepsNothing() {
    Plain plain = new Plain((value, meta) -> {});

    assertThat(plain.hasBuffered(), is(false));
    assertThat(plain.isDue(), is(false));
    assertThat(plain.outputHold(), is(EventTime.MAX));
    assertThat(plain.nextWakeUp(), is(Long.MAX_VALUE));
    assertThat(plain.parts(), is(empty()));
  }

  /** A decorator that implements the interface itself would forget what is added to it later. */
  @Test
  void everyDecoratorOfATimedOperatorExtendsIt() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.microbatch.executor");

    List<String> others =
        classes.stream()
            .filter(type -> type.isAssignableTo(TimedOperator.class))
            .filter(type -> !type.isAssignableTo(ForwardingTimedOperator.class))
            .filter(
                type ->
                    type.getAllFields().stream()
                        .anyMatch(field -> field.getRawType().isAssignableTo(Operator.class)))
            .map(type -> type.getName())
            .toList();

    assertThat(others, is(empty()));
  }
}
