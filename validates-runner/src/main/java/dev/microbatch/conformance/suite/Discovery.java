package dev.microbatch.conformance.suite;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.Ignore;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.internal.builders.AllDefaultPossibilitiesBuilder;
import org.junit.internal.builders.IgnoredBuilder;
import org.junit.internal.runners.ErrorReportingRunner;
import org.junit.runner.Description;
import org.junit.runner.Runner;
import org.junit.runners.model.RunnerBuilder;

/**
 * Finds JUnit 4 tests in jars and directories. Classes are loaded and their runners built, as JUnit
 * itself would, but no test is run.
 *
 * <p>A test belongs to the class that declares or inherits it. Classes that only gather others
 * ({@code Enclosed}, {@code Suite}) therefore contribute nothing, and no test is found twice.
 */
public final class Discovery {

  /** Test classes end in Test, or are nested in one that does; anonymous classes are left out. */
  private static final Pattern TEST_CLASS = Pattern.compile(".*Test(\\$[^$]*[a-zA-Z][^$]*)*");

  /** Builds the runner of an ignored class too: its tests are to be counted. */
  private static final RunnerBuilder RUNNERS =
      new AllDefaultPossibilitiesBuilder() {
        @Override
        protected IgnoredBuilder ignoredBuilder() {
          return new IgnoredBuilder() {
            @Override
            public @Nullable Runner runnerForClass(Class<?> type) {
              return null;
            }
          };
        }
      };

  private final Predicate<String> classes;
  private final TreeMap<TestId, TestCase> found = new TreeMap<>();

  /**
   * Creates one that has found nothing yet.
   *
   * @param classes which classes to look into, by binary name
   */
  public Discovery(Predicate<String> classes) {
    this.classes = classes;
  }

  /** Returns what was found so far, ordered by name. */
  public List<TestCase> tests() {
    return List.copyOf(found.values());
  }

  /**
   * Looks into a jar or a directory of classes, which must be on the class path.
   *
   * @throws IOException if it cannot be read, or if one of its test classes cannot be loaded
   */
  public void scan(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      scanTree(root);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(root)) {
        scanTree(jar.getPath("/"));
      }
    }
  }

  private void scanTree(Path root) throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.walk(root)) {
      names =
          files
              .map(file -> root.relativize(file).toString())
              .filter(file -> file.endsWith(".class"))
              .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
              .filter(name -> TEST_CLASS.matcher(name).matches())
              .filter(classes)
              .toList();
    }
    for (String name : names) {
      try {
        scanClass(Class.forName(name, false, Thread.currentThread().getContextClassLoader()));
      } catch (ReflectiveOperationException | LinkageError e) {
        // A class that is passed over is a test that nobody misses.
        throw new IOException("Cannot load the test class " + name + ": " + e, e);
      }
    }
  }

  private void scanClass(Class<?> type) throws IOException {
    if (Modifier.isAbstract(type.getModifiers()) || !hasTests(type)) {
      return;
    }
    Runner runner = RUNNERS.safeRunnerForClass(type);
    if (runner instanceof ErrorReportingRunner) {
      throw new IOException("JUnit cannot run the test class " + type.getName());
    }
    Deque<Description> open = new ArrayDeque<>();
    open.add(runner.getDescription());
    while (!open.isEmpty()) {
      Description next = open.remove();
      open.addAll(next.getChildren());
      if (next.isTest() && type.getName().equals(next.getClassName())) {
        TestCase test = describe(type, next);
        found.put(test.id(), test);
      }
    }
  }

  private static boolean hasTests(Class<?> type) {
    for (Method method : type.getMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        return true;
      }
    }
    return false;
  }

  private static TestCase describe(Class<?> type, Description description) {
    SortedSet<String> categories = new TreeSet<>();
    addCategories(description.getAnnotation(Category.class), categories);
    addCategories(type.getAnnotation(Category.class), categories);
    String ignored =
        Optional.ofNullable(description.getAnnotation(Ignore.class))
            .or(() -> Optional.ofNullable(type.getAnnotation(Ignore.class)))
            .map(ignore -> ignore.value().isEmpty() ? "ignored without a reason" : ignore.value())
            .orElse("");
    TestId id = new TestId(type.getName(), description.getMethodName());
    return new TestCase(id, Collections.unmodifiableSortedSet(categories), ignored);
  }

  private static void addCategories(Category annotation, SortedSet<String> names) {
    Deque<Class<?>> open =
        new ArrayDeque<>(annotation == null ? List.of() : List.of(annotation.value()));
    while (!open.isEmpty()) {
      Class<?> category = open.remove();
      String name = category.getName();
      names.add(name.substring(name.lastIndexOf('.') + 1).replace('$', '.'));
      open.addAll(List.of(category.getInterfaces()));
      if (category.getSuperclass() != null && category.getSuperclass() != Object.class) {
        open.add(category.getSuperclass());
      }
    }
  }
}
