package dev.understudy.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one place that meets the linker: it binds a C function and captures errno with each call.
 *
 * <p>errno is written by the call itself into memory of the calling thread, before the JVM can run
 * anything else that changes it, and read back in {@link #result} at once; nothing keeps it.
 */
final class Downcalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE_OF_THREAD =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Downcalls() {}

  /** Binds {@code name}; the handle takes the captured state as its first argument. */
  static MethodHandle bind(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol(name), descriptor, CAPTURE_ERRNO);
  }

  /**
   * Binds a C function that is declared with {@code ...}: the ABI passes arguments from {@code
   * firstVariadicArgument} on differently.
   */
  static MethodHandle bindVariadic(
      String name, int firstVariadicArgument, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        symbol(name),
        descriptor,
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(firstVariadicArgument));
  }

  private static MemorySegment symbol(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(
            () -> new UnsupportedOperationException("this C library has no function " + name));
  }

  /** The calling thread's memory for the captured errno. */
  static MemorySegment state() {
    return STATE_OF_THREAD.get();
  }

  /** The C result, or minus errno for -1. */
  static int result(int returned, MemorySegment state) {
    return returned == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : returned;
  }

  static long result(long returned, MemorySegment state) {
    return returned == -1 ? -state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : returned;
  }

  /**
   * A C function throws nothing, so what reaches this is an error of the JVM or of a descriptor.
   */
  static AssertionError unexpected(String name, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new AssertionError("the call of " + name + " itself failed", cause);
  }
}
