package dev.microbatch.conformance.suite;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.nio.file.Path;
import java.util.List;
import org.junit.Ignore;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.experimental.runners.Enclosed;
import org.junit.runner.RunWith;

/** Finds the classes that are nested here: a Jupiter test that looks for JUnit 4 tests. */
class DiscoveryTest {

  private interface Wide {}

  private interface Narrow extends Wide {}

  /** Gathers what is found in its own right. */
  @RunWith(Enclosed.class)
  public static class GatheringTest {
    /** Tests in a nested class. */
    @Category(Narrow.class)
    public static class Nested extends Base {
      @Test
      public void own() {}

      @Test
      @Ignore("known")
      public void ignored() {}
    }
  }

  /** Passes its tests on. */
  public abstract static class Base {
    @Test
    public void inherited() {}
  }

  /** All of it is ignored. */
  @Ignore
  public static class IgnoredTest {
    @Test
    @Category(Wide.class)
    public void one() {}
  }

  @org.junit.jupiter.api.Test
  void findsEveryTestOnce() throws Exception {
    assertThat(
        found().stream().map(test -> test.id().shortName()).toList(),
        contains(
            "DiscoveryTest$GatheringTest$Nested.ignored",
            "DiscoveryTest$GatheringTest$Nested.inherited",
            "DiscoveryTest$GatheringTest$Nested.own",
            "DiscoveryTest$IgnoredTest.one"));
  }

  @org.junit.jupiter.api.Test
  void categoriesComeWithTheirSupertypes() throws Exception {
    assertThat(found().get(1).categories(), contains("DiscoveryTest.Narrow", "DiscoveryTest.Wide"));
    assertThat(found().get(3).categories(), contains("DiscoveryTest.Wide"));
  }

  @org.junit.jupiter.api.Test
  void ignoredTestsSayWhy() throws Exception {
    assertThat(found().get(0).ignored(), is("known"));
    assertThat(found().get(1).ignored(), is(""));
    assertThat(found().get(3).ignored(), is("ignored without a reason"));
  }

  private static List<TestCase> found() throws Exception {
    Discovery discovery =
        new Discovery(name -> name.startsWith(DiscoveryTest.class.getName() + "$"));
    discovery.scan(
        Path.of(DiscoveryTest.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
    return discovery.tests();
  }
}
