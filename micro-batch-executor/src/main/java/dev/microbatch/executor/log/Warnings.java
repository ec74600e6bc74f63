package dev.microbatch.executor.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLogger;

/**
 * Loggers for those who warn of lost data or of failures in the background: what they say at WARN
 * and ERROR goes to standard error if slf4j has no binding, and so would be heard by nobody. With a
 * binding they are ordinary loggers.
 *
 * <p>Thread-safe.
 */
public final class Warnings {

  private static final AtomicBoolean ANNOUNCED = new AtomicBoolean();

  private Warnings() {}

  /**
   * The logger of a class that has something to say which must not get lost.
   *
   * @param source the class that logs
   */
  public static Logger logger(Class<?> source) {
    Logger logger = LoggerFactory.getLogger(source);
    return logger instanceof NOPLogger ? to(Warnings::print, source.getName()) : logger;
  }

  /** Says, once in this JVM, that slf4j has no binding and what to do, if that is so. */
  public static void announce() {
    if (LoggerFactory.getLogger(Warnings.class) instanceof NOPLogger
        && !ANNOUNCED.getAndSet(true)) {
      print(
          "WARN No slf4j binding is on the class path: only warnings of lost data and of failures"
              + " are seen, here. To see all, add a binding such as org.slf4j:slf4j-jdk14, in the"
              + " version of slf4j-api");
    }
  }

  private static void print(String line) {
    System.err.println(line);
  }

  /**
   * A logger that hands on what is said at WARN and ERROR. A proxy, because it has to be one for
   * the interface of slf4j 1.7 as well as that of 2.
   */
  static Logger to(Consumer<String> lines, String name) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.isDefault()
                ? InvocationHandler.invokeDefault(proxy, method, arguments)
                : answer(lines, name, method, arguments);
    return (Logger)
        Proxy.newProxyInstance(
            Warnings.class.getClassLoader(), new Class<?>[] {Logger.class}, handler);
  }

  private static @Nullable Object answer(
      Consumer<String> lines, String name, Method method, @Nullable Object[] arguments) {
    switch (method.getName()) {
      case "warn":
      case "error":
        lines.accept(
            method.getName().toUpperCase(Locale.ROOT) + " " + name + ": " + text(arguments));
        return null;
      case "isWarnEnabled":
      case "isErrorEnabled":
        return true;
      case "getName":
      case "toString":
        return name;
      default:
        return method.getReturnType() == boolean.class ? false : null;
    }
  }

  /** Of the arguments of any of the methods that log: [marker,] format, values or one array. */
  private static String text(@Nullable Object[] arguments) {
    int first = arguments[0] instanceof Marker ? 1 : 0;
    @Nullable Object[] values = Arrays.copyOfRange(arguments, first + 1, arguments.length);
    if (values.length == 1 && values[0] instanceof Object[] array) {
      values = array;
    }
    FormattingTuple text = MessageFormatter.arrayFormat((String) arguments[first], values);
    Throwable failure = text.getThrowable();
    if (failure == null) {
      return text.getMessage();
    }
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return text.getMessage() + System.lineSeparator() + trace.toString().stripTrailing();
  }
}
