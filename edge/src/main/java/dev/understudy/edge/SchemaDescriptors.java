package dev.understudy.edge;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Config;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.Output;
import dev.understudy.schema.Row;
import dev.understudy.schema.ToForwarder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that this program's processes say to each other and keep, as descriptors. */
public final class SchemaDescriptors {
  private SchemaDescriptors() {}

  /** A file comes after those that it imports. */
  public static FileDescriptorSet current() {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    for (FileDescriptor file :
        List.of(
            Config.getDescriptor().getFile(),
            Output.getDescriptor().getFile(),
            Row.getDescriptor().getFile(),
            CanonicalMessage.getDescriptor().getFile(),
            ToForwarder.getDescriptor().getFile(),
            ManagementRequest.getDescriptor().getFile())) {
      add(file, files);
    }
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    files.values().forEach(file -> set.addFile(file.toProto()));
    return set.build();
  }

  private static void add(FileDescriptor file, Map<String, FileDescriptor> files) {
    file.getDependencies().forEach(each -> add(each, files));
    files.putIfAbsent(file.getName(), file);
  }
}
