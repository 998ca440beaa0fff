package dev.understudy.launcher.process;

import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.Processes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps the launcher on the image that its own boot pointer says: it executes that image's launcher
 * in its own place. The process stays the same, and so do the children, which belong to it as
 * before and notice nothing; the new program finds them by their process files.
 */
public final class LauncherImage {
  private static final long LOOK_NANOS = 500_000_000L;

  private final ImageStore store;
  private final JavaCommand command;
  private final Consumer<String> tell;
  private long lookedAtNanos = System.nanoTime() - LOOK_NANOS;
  private final long sinceNanos = System.nanoTime();
  private String givenUp = "";

  /**
   * @param command what to execute: a launcher for the same switch
   */
  public LauncherImage(RunDirectory directory, JavaCommand command, Consumer<String> tell) {
    this.store = ImageStore.of(directory.launcherState());
    this.command = command;
    this.tell = tell;
  }

  /** To be called often: another image is executed, this one is called proven after a while. */
  public void look() {
    long now = System.nanoTime();
    if (now - lookedAtNanos < LOOK_NANOS) {
      return;
    }
    lookedAtNanos = now;
    try {
      BootPointer pointer = store.pointer();
      if (pointer.image().equals(RunningImage.id())) {
        if (!pointer.proven() && now - sinceNanos > Backoff.SHORT_LIFE_NANOS) {
          store.proven();
        }
      } else if (!pointer.image().equals(givenUp)) {
        execute(store.nextStart());
      }
    } catch (ImageException | ErrnoException e) {
      tell.accept("the launcher can't change its image: " + e.getMessage());
      givenUp = store.pointer().image();
    }
  }

  private void execute(BootPointer pointer) {
    Program program = Program.of(store, pointer);
    if (program.isThisProcess()) {
      return; // back to what runs: the other one never came up
    }
    tell.accept("the launcher executes image " + pointer.image() + " in its place");
    List<String> words = new ArrayList<>();
    words.add("/usr/bin/env");
    words.add(Program.BUILT_IN_CLASS_PATH + "=" + Program.builtIn().classPath());
    words.addAll(command.command(program));
    Processes.execute(words);
  }
}
