package dev.microbatch.conformance.suite;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExclusionsTest {

  @Test
  void testIsExcludedByItsNameOrByACategory() throws IOException {
    Exclusions exclusions =
        parse(
            """
            [{"category": "UsesCloud", "reason": "no cloud"},
             {"tests": "SecretTest", "reason": "no secrets"}]
            """);
    assertThat(reason(exclusions, test("CountTest", "UsesCloud")), is("no cloud"));
    assertThat(reason(exclusions, test("SecretTest")), is("no secrets"));
    assertThat(exclusions.of(test("CountTest", "UsesClouds")).isEmpty(), is(true));
  }

  @Test
  void exclusionsWithoutTestsAreUnused() throws IOException {
    Exclusions exclusions =
        parse(
            """
            [{"category": "UsesCloud", "reason": "no cloud"},
             {"category": "UsesSteam", "reason": "no steam"}]
            """);
    assertThat(
        exclusions.unused(List.of(test("CountTest", "UsesCloud"))).stream()
            .map(Exclusion::subject)
            .toList(),
        is(List.of("UsesSteam")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"category\": \"A\"}]",
        "[{\"category\": \"A\", \"reason\": \" \"}]",
        "[{\"reason\": \"because\"}]",
        "[{\"category\": \"A\", \"tests\": \"B\", \"reason\": \"because\"}]",
        "[{\"categories\": \"A\", \"reason\": \"because\"}]"
      })
  void exclusionThatIsNotClearIsRefused(String json) {
    assertThrows(IOException.class, () -> parse(json));
  }

  @Test
  void refusalNamesTheExclusion() {
    IOException e = assertThrows(IOException.class, () -> parse("[{\"tests\": \"SecretTest\"}]"));
    assertThat(e.getMessage(), containsString("SecretTest has no reason"));
  }

  @Test
  void fileOfThisModuleIsValid() throws IOException {
    assertThat(Exclusions.load().all(), is(not(empty())));
  }

  @Test
  void modesOfThisModuleAreValid() throws IOException {
    assertThat(Mode.all().get(0), is(new Mode("default", List.of())));
  }

  private static Exclusions parse(String json) throws IOException {
    return Exclusions.parse(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static String reason(Exclusions exclusions, TestCase test) {
    return exclusions.of(test).orElseThrow().reason();
  }

  private static TestCase test(String name, String... categories) {
    return new TestCase(
        new TestId("org.example." + name, "test"), new TreeSet<>(List.of(categories)), "");
  }
}
