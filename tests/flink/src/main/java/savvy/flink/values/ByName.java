package savvy.flink.values;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/** Classes that are not public, or not in every release of Flink. */
final class ByName {
  private ByName() {}

  static Object make(String name, Object... arguments) throws ReflectiveOperationException {
    for (Constructor<?> constructor : Class.forName(name).getDeclaredConstructors()) {
      if (accepts(constructor.getParameterTypes(), arguments)) {
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
      }
    }
    throw new NoSuchMethodException(name);
  }

  static Object call(Object target, String method, Object... arguments)
      throws ReflectiveOperationException {
    return call(target.getClass(), target, method, arguments);
  }

  static Object callStatic(String name, String method, Object... arguments)
      throws ReflectiveOperationException {
    return call(Class.forName(name), null, method, arguments);
  }

  private static Object call(Class<?> type, Object target, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && accepts(method.getParameterTypes(), arguments)) {
        method.setAccessible(true);
        return method.invoke(target, arguments);
      }
    }
    throw new NoSuchMethodException(type.getName() + "." + name);
  }

  private static boolean accepts(Class<?>[] types, Object[] arguments) {
    if (types.length != arguments.length) {
      return false;
    }
    for (int i = 0; i < types.length; i++) {
      Class<?> type = MethodType.methodType(types[i]).wrap().returnType();
      boolean isMissing = arguments[i] == null && !types[i].isPrimitive();
      if (!isMissing && !type.isInstance(arguments[i])) {
        return false;
      }
    }
    return true;
  }
}
