package dev.understudy.launcher.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Says which process plays a part, in a file of the state directory. */
public record ProcessFile(Path path) {

  /** The process that is named there, if it lives. */
  public Optional<ProcessId> living() {
    return read().filter(ProcessId::isAlive);
  }

  public Optional<ProcessId> read() {
    try {
      return ProcessId.parse(Files.readString(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + path, e);
    }
  }

  /** Replaces the file in one step. */
  public void write(ProcessId process) {
    Path next = path.resolveSibling(path.getFileName() + ".next");
    try {
      Files.writeString(next, process.line());
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + path, e);
    }
  }

  public void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("can't delete " + path, e);
    }
  }
}
