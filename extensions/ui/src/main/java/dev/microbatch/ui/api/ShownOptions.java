package dev.microbatch.ui.api;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.Hidden;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;

/**
 * The options of a pipeline that anybody may see: what was set, without what looks like a secret.
 */
final class ShownOptions {

  private static final int MOST_CHARACTERS = 200;

  private static final Pattern SECRET =
      Pattern.compile(
          "password|passwd|passphrase|token|key|secret|credential|auth|private|certificate|jaas");

  /** A secret inside a value, such as in JSON, in a URL or in what a driver takes. */
  private static final Pattern ASSIGNED =
      Pattern.compile(
          "(password|passwd|passphrase|token|key|secret|credential|jaas)[\\w.-]*[\"']?\\s*[=:]",
          Pattern.CASE_INSENSITIVE);

  /** What stands before the host in a URL. */
  private static final Pattern USER = Pattern.compile("://[^/@\\s]*@");

  private ShownOptions() {}

  static Map<String, String> of(PipelineOptions options) {
    Map<String, String> shown = new TreeMap<>();
    for (DisplayData.Item item : DisplayData.from(options).items()) {
      String name = item.getKey();
      Object value = item.getValue();
      if (value != null && !isSecret(name) && !isHidden(item.getNamespace(), name)) {
        shown.put(name, text(String.valueOf(value)));
      }
    }
    return shown;
  }

  private static boolean isSecret(String name) {
    return SECRET.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  private static String text(String value) {
    if (ASSIGNED.matcher(value).find()) {
      return "(not shown: it may hold a secret)";
    }
    String masked = USER.matcher(value).replaceAll("://***@");
    return masked.length() > MOST_CHARACTERS
        ? masked.substring(0, MOST_CHARACTERS) + "..."
        : masked;
  }

  private static boolean isHidden(Class<?> defined, String name) {
    if (defined == null || defined.isAnnotationPresent(Hidden.class)) {
      return true;
    }
    String capital = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    for (String prefix : new String[] {"get", "is"}) {
      try {
        Method getter = defined.getMethod(prefix + capital);
        if (getter.isAnnotationPresent(Hidden.class)) {
          return true;
        }
      } catch (NoSuchMethodException e) {
        continue; // it is the other one
      }
    }
    return false;
  }
}
