package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the layouts and numbers of this module against the kernel's headers. */
class StructsTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <stdio.h>
      #include <stddef.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <sched.h>
      #include <time.h>
      #include <unistd.h>
      #include <sys/epoll.h>
      #include <sys/eventfd.h>
      #include <sys/ioctl.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <sys/wait.h>
      #include <linux/close_range.h>
      #include <netinet/in.h>
      #include <net/if.h>
      #include <linux/filter.h>
      #include <linux/if_ether.h>
      #include <linux/if_packet.h>
      #include <linux/if_tun.h>
      #include <linux/virtio_net.h>
      #include <linux/netlink.h>
      #include <linux/rtnetlink.h>
      #include <linux/neighbour.h>
      #include <linux/if_bridge.h>
      #include <linux/sockios.h>
      #include <linux/ethtool.h>
      #ifndef SOL_PACKET
      #define SOL_PACKET 263
      #endif
      #ifndef IFF_LOWER_UP
      #define IFF_LOWER_UP (1 << 16)
      #endif
      #ifndef PACKET_IGNORE_OUTGOING
      #define PACKET_IGNORE_OUTGOING 23
      #endif
      #ifndef TUN_F_USO4
      #define TUN_F_USO4 0x20
      #define TUN_F_USO6 0x40
      #endif
      #ifndef VIRTIO_NET_HDR_GSO_UDP_L4
      #define VIRTIO_NET_HDR_GSO_UDP_L4 5
      #endif
      """;

  /** One line per structure and member: {@code iovec 16}, {@code iovec.iov_len 8 8}. */
  private static List<String> javaLayouts() {
    List<String> lines = new ArrayList<>();
    for (StructLayout struct : Structs.ALL) {
      String name = struct.name().orElseThrow();
      lines.add(name + " " + struct.byteSize());
      for (MemoryLayout member : struct.memberLayouts()) {
        if (!(member instanceof PaddingLayout)) {
          String memberName = member.name().orElseThrow();
          lines.add(
              "%s.%s %d %d"
                  .formatted(
                      name, memberName, Structs.offset(struct, memberName), member.byteSize()));
        }
      }
    }
    return lines;
  }

  @Test
  void layouts_are_those_written_down_from_the_headers_of_x86_64() throws IOException {
    assumeTrue("amd64".equals(System.getProperty("os.arch")), "the file is for x86_64");
    String expected;
    try (var in = StructsTest.class.getResourceAsStream("structs-x86_64.txt")) {
      expected = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(String.join("\n", javaLayouts()) + "\n").isEqualTo(expected);
  }

  @Test
  void the_c_compiler_lays_out_the_structures_as_we_do(@TempDir Path directory)
      throws IOException, InterruptedException {
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    for (StructLayout struct : Structs.ALL) {
      String name = struct.name().orElseThrow();
      program.append("printf(\"%1$s %%zu\\n\", sizeof(struct %1$s));\n".formatted(name));
      for (MemoryLayout member : struct.memberLayouts()) {
        if (!(member instanceof PaddingLayout)) {
          program.append(
              "printf(\"%1$s.%2$s %%zu %%zu\\n\", offsetof(struct %1$s, %2$s), sizeof(((struct %1$s *)0)->%2$s));\n"
                  .formatted(name, member.name().orElseThrow()));
        }
      }
    }
    assertThat(runC(directory, program.append("return 0; }\n").toString()))
        .isEqualTo(String.join("\n", javaLayouts()) + "\n");
  }

  @Test
  void constants_have_the_headers_values(@TempDir Path directory)
      throws IOException, InterruptedException, IllegalAccessException {
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    StringBuilder expected = new StringBuilder();
    for (Class<?> holder : List.of(Constants.class, Errno.class)) {
      for (Field field : holder.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
          long value = ((Number) field.get(null)).longValue();
          if (field.getType() == int.class) {
            value &= 0xFFFF_FFFFL;
          }
          program.append(
              "printf(\"%1$s %%ld\\n\", (long)(unsigned int)(%1$s));\n".formatted(field.getName()));
          expected.append(field.getName()).append(' ').append(value).append('\n');
        }
      }
    }
    assertThat(runC(directory, program.append("return 0; }\n").toString()))
        .isEqualTo(expected.toString());
  }

  @Test
  void every_errno_constant_is_found_under_its_name() throws IllegalAccessException {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (Field field : Errno.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers())) {
        int number = field.getInt(null);
        assertThat(Errno.name(number)).isEqualTo(field.getName());
        assertThat(numbers.add(number)).as(field.getName()).isTrue();
      }
    }
    assertThat(Errno.describe(4095)).isEqualTo("errno 4095 (4095)");
  }

  private static String runC(Path directory, String program)
      throws IOException, InterruptedException {
    if (!Files.isExecutable(Path.of("/usr/bin/gcc"))) {
      Lab.unavailable("needs gcc and the kernel's headers");
    }
    Path source = Files.writeString(directory.resolve("layout.c"), program);
    Path binary = directory.resolve("layout");
    run(List.of("/usr/bin/gcc", "-w", "-o", binary.toString(), source.toString()));
    return run(List.of(binary.toString()));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
