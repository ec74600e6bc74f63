package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.Meta;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Finds out by reflection whether a decorator of a timed operator forgets a method. */
public final class Forwarding {

  private Forwarding() {}

  /**
   * Calls every method of the operators that a decorator stands before, and expects each call to
   * come through and its result to come back.
   *
   * @param decorator puts the decorator around an operator
   */
  public static void assertForgetsNothing(Function<TimedOperator, Operator> decorator) {
    List<String> called = new ArrayList<>();
    Map<String, Object> results = new HashMap<>();
    Class<?>[] types = {TimedOperator.class, KeyedOperator.class};
    TimedOperator inner =
        (TimedOperator)
            Proxy.newProxyInstance(
                Forwarding.class.getClassLoader(),
                types,
                (proxy, method, arguments) -> {
                  called.add(method.getName());
                  return results.computeIfAbsent(
                      method.getName(), name -> something(method.getReturnType()));
                });
    Operator outer = decorator.apply(inner);
    called.clear();
    results.clear();
    for (Class<?> type : types) {
      for (Method method : type.getMethods()) {
        if (!Modifier.isStatic(method.getModifiers())) {
          Object result = invoke(outer, method);
          assertThat("calls of " + method, called, hasItem(method.getName()));
          assertThat("what " + method + " returns", result, is(results.get(method.getName())));
        }
      }
    }
  }

  private static Object invoke(Operator operator, Method method) {
    Class<?>[] types = method.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = types[i] == Meta.class ? Meta.GLOBAL : something(types[i]);
    }
    try {
      return method.invoke(operator, arguments);
    } catch (InvocationTargetException e) {
      throw new AssertionError(method + " failed", e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  /** Something of a type that no default method returns. */
  private static Object something(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    if (type == long.class) {
      return 4711L;
    }
    if (type == int.class) {
      return 4711;
    }
    if (type == List.class) {
      return List.of("something");
    }
    return type == Object.class ? "something" : null;
  }
}
