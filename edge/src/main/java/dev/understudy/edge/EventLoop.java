package dev.understudy.edge;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The one thread that runs all sockets of a process. */
public final class EventLoop implements AutoCloseable {
  static {
    // One thread allocates here; Netty's defaults are made for servers with many, and a process
    // with
    // less memory to take down is missed sooner when it dies.
    setDefault("io.netty.allocator.numDirectArenas", "1");
    setDefault("io.netty.allocator.numHeapArenas", "1");
    setDefault("io.netty.allocator.maxOrder", "5");
    setDefault("io.netty.allocator.useCacheForAllThreads", "false");
  }

  private final EventLoopGroup group;
  private final io.netty.channel.EventLoop thread;
  private final Outgoing outgoing = new Outgoing(this);

  /**
   * @param name of the thread
   */
  public EventLoop(String name) {
    if (!Epoll.isAvailable()) {
      throw new CannotStart(
          "Netty's native transport can't be loaded (Linux on x86-64 is needed, and a temporary"
              + " directory from which libraries may be loaded): "
              + Epoll.unavailabilityCause());
    }
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
    this.thread = group.next();
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  EventLoopGroup group() {
    return group;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  /** Runs a task on the loop's thread, after those that were given before. */
  public void execute(Runnable task) {
    thread.execute(task);
  }

  /** Runs a task now when called on the loop's thread, otherwise soon. */
  public void run(Runnable task) {
    if (thread.inEventLoop()) {
      task.run();
    } else {
      thread.execute(task);
    }
  }

  /** Runs a task on the loop's thread, not before the delay has passed. */
  @SuppressWarnings(
      "FutureReturnValueIgnored") // Tasks of ours look themselves if they are too late.
  public void schedule(Runnable task, long delayMillis) {
    thread.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
