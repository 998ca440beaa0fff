package dev.understudy.core.compatibility;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A release as the check sees it: its schema, and its engines where they are known. */
public final class ReleaseSchema {
  private final String release;
  private final Map<String, Descriptor> messages = new LinkedHashMap<>();
  private final Optional<Set<String>> engines;

  /**
   * Reads a schema.
   *
   * @param files each after those that it imports
   * @param engines names of the engines that the release has; empty where nobody knows
   * @throws IllegalArgumentException when the files don't make a schema
   */
  public ReleaseSchema(String release, FileDescriptorSet files, Optional<Set<String>> engines) {
    this.release = release;
    this.engines = engines;
    Map<String, FileDescriptor> built = new LinkedHashMap<>();
    for (FileDescriptorProto file : files.getFileList()) {
      try {
        FileDescriptor[] imports =
            file.getDependencyList().stream()
                .filter(built::containsKey)
                .map(built::get)
                .toArray(FileDescriptor[]::new);
        built.put(file.getName(), FileDescriptor.buildFrom(file, imports));
      } catch (DescriptorValidationException e) {
        throw new IllegalArgumentException(
            "the schema of release " + release + " can't be read: " + e.getMessage(), e);
      }
    }
    built
        .values()
        .forEach(
            file -> file.getMessageTypes().forEach(type -> messages.put(type.getName(), type)));
  }

  String release() {
    return release;
  }

  Optional<Descriptor> message(String name) {
    return Optional.ofNullable(messages.get(name));
  }

  /** Whether the release is known to be without this engine. */
  boolean lacks(String engine) {
    return engines.isPresent() && !engines.get().contains(engine);
  }
}
