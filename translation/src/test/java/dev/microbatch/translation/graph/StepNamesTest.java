package dev.microbatch.translation.graph;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

/** Step names are the same in every JVM, and unique. */
class StepNamesTest {
  private final StepNames names = new StepNames();

  @Test
  void namesOfUsersStay() {
    assertThat(names.stable("Read/Lambda School#1"), is("Read/Lambda School#1"));
  }

  @Test
  void countersAndAddressesOfLambdasAreLeftOut() {
    assertThat(
        names.stable("Combine.perKey(Lambda$445/0x00007f83ac672c40)/PreCombine"),
        is("Combine.perKey(Lambda)/PreCombine"));
    assertThat(names.stable("Max(Lambda/0x00007f83ac672c40)"), is("Max(Lambda)"));
    assertThat(names.stable("Min(Lambda$12/1234567)"), is("Min(Lambda)"));
  }

  @Test
  void namesThatBecomeTheSameAreNumbered() {
    assertThat(names.stable("F(Lambda$1/0x01)"), is("F(Lambda)"));
    assertThat(names.stable("F(Lambda$2/0x02)"), is("F(Lambda)#2"));
    assertThat(names.stable("F(Lambda$3/0x03)"), is("F(Lambda)#3"));
  }
}
