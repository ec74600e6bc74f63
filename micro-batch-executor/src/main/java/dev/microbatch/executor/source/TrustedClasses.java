package dev.microbatch.executor.source;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.apache.beam.sdk.io.FileBasedSource;
import org.apache.beam.sdk.io.FileSystems;

/**
 * The classes whose objects may stand in the stored splits of a source: those that the program's
 * own source of today consists of when it is serialized, the types that their fields are declared
 * with (a split has values where the source has none yet), the packages of both, and the packages
 * of the Java platform below {@code java}.
 *
 * <p>Immutable.
 */
final class TrustedClasses {

  private static final String PLATFORM = "java.";

  /** Remote objects open ports as soon as they are deserialized, and no split holds one. */
  private static final String REMOTE = "java.rmi.";

  private final Set<String> packages;

  private TrustedClasses(Set<String> packages) {
    this.packages = packages;
  }

  /**
   * Looks through a source.
   *
   * @param source the source, not split
   * @throws IOException if it cannot be serialized
   */
  static TrustedClasses of(Serializable source) throws IOException {
    Set<Class<?>> classes = new HashSet<>();
    try (Collector collector = new Collector(classes)) {
      collector.writeObject(source);
    }
    if (source instanceof FileBasedSource<?> files) {
      // Its splits name files, in the words of their filesystem.
      classes.add(FileSystems.matchNewResource(files.getFileOrPatternSpec(), false).getClass());
    }
    return new TrustedClasses(packages(classes));
  }

  private static Set<String> packages(Set<Class<?>> occurring) {
    Set<String> packages = new HashSet<>();
    Set<Class<?>> seen = new HashSet<>(occurring);
    Deque<Class<?>> left = new ArrayDeque<>(occurring);
    while (!left.isEmpty()) {
      Class<?> type = left.remove();
      while (type.isArray()) {
        type = type.getComponentType();
      }
      if (type.isPrimitive() || type.getName().startsWith(PLATFORM)) {
        continue;
      }
      packages.add(type.getPackageName());
      if (Serializable.class.isAssignableFrom(type)) {
        for (Class<?> declared : declaredBy(type)) {
          if (seen.add(declared)) {
            left.add(declared);
          }
        }
      }
    }
    return packages;
  }

  /** The types that the serialized fields of a class are declared with. */
  private static Set<Class<?>> declaredBy(Class<?> type) {
    Set<Class<?>> declared = new HashSet<>();
    try {
      for (Field field : type.getDeclaredFields()) {
        if ((field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0) {
          addRaw(field.getGenericType(), declared);
        }
      }
    } catch (LinkageError | TypeNotPresentException e) {
      // A library that the program does without: no split of it can have an object of that.
    }
    if (type.getSuperclass() != null) {
      declared.add(type.getSuperclass());
    }
    return declared;
  }

  private static void addRaw(Type type, Set<Class<?>> raw) {
    if (type instanceof Class<?> plain) {
      raw.add(plain);
    } else if (type instanceof ParameterizedType generic) {
      addRaw(generic.getRawType(), raw);
      for (Type argument : generic.getActualTypeArguments()) {
        addRaw(argument, raw);
      }
    } else if (type instanceof GenericArrayType array) {
      addRaw(array.getGenericComponentType(), raw);
    } else if (type instanceof WildcardType wildcard) {
      for (Type bound : wildcard.getUpperBounds()) {
        addRaw(bound, raw);
      }
    }
  }

  /**
   * Whether objects of a class are welcome.
   *
   * @param name the binary name, as {@link Class#getName} gives it; of an array its elements count
   */
  boolean contain(String name) {
    String element = name;
    if (name.startsWith("[")) {
      int dimensions = name.lastIndexOf('[') + 1;
      if (name.charAt(dimensions) != 'L') {
        return true; // primitives
      }
      element = name.substring(dimensions + 1, name.length() - 1);
    }
    if (element.startsWith(PLATFORM)) {
      return !element.startsWith(REMOTE);
    }
    int dot = element.lastIndexOf('.');
    return packages.contains(dot < 0 ? "" : element.substring(0, dot));
  }

  /** Serializes to nowhere, and notes the classes that occur. */
  private static final class Collector extends ObjectOutputStream {

    private final Set<Class<?>> classes;

    Collector(Set<Class<?>> classes) throws IOException {
      super(OutputStream.nullOutputStream());
      this.classes = classes;
    }

    @Override
    protected void annotateClass(Class<?> type) {
      classes.add(type);
    }
  }
}
