package dev.understudy.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The descriptors are whole: whoever reads them needs nothing else. */
final class SchemaDescriptorsTest {
  @Test
  void every_file_comes_after_those_that_it_imports_and_the_rows_are_there() {
    Set<String> seen = new HashSet<>();
    Set<String> messages = new HashSet<>();
    for (FileDescriptorProto file : SchemaDescriptors.current().getFileList()) {
      assertThat(seen).containsAll(file.getDependencyList());
      assertThat(seen.add(file.getName())).isTrue();
      file.getMessageTypeList().forEach(message -> messages.add(message.getName()));
    }
    assertThat(messages).contains("Row", "CanonicalMessage", "ToForwarder", "Config", "Output");
  }
}
