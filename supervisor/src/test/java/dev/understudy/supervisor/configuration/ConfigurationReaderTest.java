package dev.understudy.supervisor.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.schema.Config;
import dev.understudy.schema.DataPlaneKind;
import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StaticMacConfig;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.schema.VlanConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationReaderTest {
  private static final String FULL =
      """
      name: sw1
      data-plane: soft
      ports:
        p1: {interface: p1}
        p2: {tap: tap0}
        p3: {udp: {listen: "127.0.0.1:9003", peer: "127.0.0.1:9103"}, vlans: {access: 10}}
        p4: {interface: eth4, vlans: {trunk: [10, 20], native: 1}, enabled: false}
      vlans: {10: {name: users}, 20: {}}
      static-mac-addresses:
        - {mac: "02:00:00:00:00:01", vlan: 10, port: p3}
        - {mac: 02-00-00-00-00-02, port: p1}
      spanning-tree:
        mode: stp
        priority: 4096
        hello-time: 1
        max-age: 10
        forward-delay: 6
        tx-hold-count: 3
        ports:
          p3: {admin-edge: true, auto-edge: false, bpdu-guard: true, root-guard: true}
          p4: {cost: 200, priority: 16, point-to-point: true}
          p1: {point-to-point: auto}
          p2: {point-to-point: false}
      redundancy: {tick: 10, silence-limit: 8, commit-limit: 15, digest-interval: 5, err-disable-recovery: 0}
      ageing-time: 60
      """;

  private static Config ok(String text) {
    return switch (ConfigurationReader.parse("sw1.yaml", text)) {
      case ConfigurationReader.Parsed.Ok ok -> ok.config();
      case ConfigurationReader.Parsed.Bad bad -> throw new AssertionError(bad.text());
    };
  }

  private static List<String> bad(String text) {
    return switch (ConfigurationReader.parse("sw1.yaml", text)) {
      case ConfigurationReader.Parsed.Ok ok -> throw new AssertionError("accepted: " + ok.config());
      case ConfigurationReader.Parsed.Bad bad -> bad.text().lines().toList();
    };
  }

  private static PortConfig.Builder udp(String name, int port) {
    return PortConfig.newBuilder()
        .setName(name)
        .setUdp(
            UdpAttachment.newBuilder()
                .setListen("127.0.0.1:" + port)
                .setPeer("127.0.0.1:" + (port + 100)));
  }

  @Test
  void every_key_has_its_field() {
    assertThat(ok(FULL))
        .isEqualTo(
            Config.newBuilder()
                .setName("sw1")
                .addPorts(PortConfig.newBuilder().setName("p1").setInterface("p1"))
                .addPorts(PortConfig.newBuilder().setName("p2").setTap("tap0"))
                .addPorts(udp("p3", 9003).setAccessVlan(10))
                .addPorts(
                    PortConfig.newBuilder()
                        .setName("p4")
                        .setInterface("eth4")
                        .setAdminUp(false)
                        .addTrunkVlans(10)
                        .addTrunkVlans(20)
                        .setNativeVlan(1))
                .addVlans(VlanConfig.newBuilder().setVid(10).setName("users"))
                .addVlans(VlanConfig.newBuilder().setVid(20))
                .addStaticMacs(
                    StaticMacConfig.newBuilder()
                        .setMac(ByteString.fromHex("020000000001"))
                        .setVid(10)
                        .setPort("p3"))
                .addStaticMacs(
                    StaticMacConfig.newBuilder()
                        .setMac(ByteString.fromHex("020000000002"))
                        .setPort("p1"))
                .setSpanningTree(
                    SpanningTreeConfig.newBuilder()
                        .setMode(SpanningTreeMode.SPANNING_TREE_MODE_STP)
                        .setPriority(4096)
                        .setHelloTimeSeconds(1)
                        .setMaxAgeSeconds(10)
                        .setForwardDelaySeconds(6)
                        .setTxHoldCount(3)
                        .addPorts(
                            SpanningTreePortConfig.newBuilder()
                                .setPort("p3")
                                .setAdminEdge(true)
                                .setAutoEdge(false)
                                .setBpduGuard(true)
                                .setRootGuard(true))
                        .addPorts(
                            SpanningTreePortConfig.newBuilder()
                                .setPort("p4")
                                .setCost(200)
                                .setPriority(16)
                                .setPointToPoint(PointToPoint.POINT_TO_POINT_TRUE))
                        .addPorts(SpanningTreePortConfig.newBuilder().setPort("p1"))
                        .addPorts(
                            SpanningTreePortConfig.newBuilder()
                                .setPort("p2")
                                .setPointToPoint(PointToPoint.POINT_TO_POINT_FALSE)))
                .setRedundancy(
                    RedundancyConfig.newBuilder()
                        .setTickMillis(10)
                        .setSilenceLimitTicks(8)
                        .setCommitLimitMillis(15)
                        .setDigestIntervalSeconds(5)
                        .setErrDisableRecoverySeconds(0))
                .setAgeingSeconds(60)
                .build());
  }

  @Test
  void a_default_that_is_spelled_out_says_the_same_as_one_left_out() {
    String spelledOut =
        """
        name: sw1
        data-plane: soft
        ageing-time: 300
        ports:
          p1: {tap: t1, enabled: true, vlans: {access: 1}}
        vlans:
        spanning-tree: {mode: rstp, priority: 32768, max-age: 20}
        redundancy: {tick: 20}
        """;
    assertThat(ok(spelledOut)).isEqualTo(ok("name: sw1\nports: {p1: {tap: t1}}"));
  }

  @Test
  void a_mode_of_off_is_a_word_and_no_boolean() {
    assertThat(ok("name: a\nspanning-tree: {mode: off}").getSpanningTree().getMode())
        .isEqualTo(SpanningTreeMode.SPANNING_TREE_MODE_OFF);
  }

  @Test
  void port_names_that_look_like_numbers_are_names() {
    Config config =
        ok(
            """
            name: 7
            ports: {1: {tap: t1}, 1.5: {tap: t2}, "true": {tap: t3}}
            static-mac-addresses: [{mac: 02:00:00:00:00:01, port: 1}]
            """);
    assertThat(config.getName()).isEqualTo("7");
    assertThat(config.getPortsList())
        .extracting(PortConfig::getName)
        .containsExactly("1", "1.5", "true");
    assertThat(config.getStaticMacs(0).getPort()).isEqualTo("1");
  }

  @Test
  void the_built_in_example_has_four_udp_ports() {
    Config config = ExampleConfiguration.config();
    assertThat(config.getPortsList())
        .extracting(port -> port.getUdp().getListen() + " " + port.getUdp().getPeer())
        .containsExactly(
            "127.0.0.1:9001 127.0.0.1:9101",
            "127.0.0.1:9002 127.0.0.1:9102",
            "127.0.0.1:9003 127.0.0.1:9103",
            "127.0.0.1:9004 127.0.0.1:9104");
    assertThat(ConfigurationCheck.problems(config)).isEmpty();
  }

  @Test
  void all_mistakes_are_told_with_their_places_in_the_order_of_the_file() {
    assertThat(
            bad(
                """
                name: sw1
                port: {}
                ports:
                  p1: {interface: p1, vlans: {access: 5000}}
                  p2: {tap: tap0, enabled: maybe}
                  p3: {}
                spanning-tree: {priority: 100, ports: {p9: {cost: 1}}}
                ageing-time: soon
                """))
        .containsExactly(
            "sw1.yaml:2:1: port: found the key \"port\", expected one of name, data-plane, ports,"
                + " vlans, static-mac-addresses, spanning-tree, redundancy, ageing-time",
            "sw1.yaml:4:39: ports.p1.vlans.access: found 5000, expected a whole number from 1 to"
                + " 4094",
            "sw1.yaml:5:28: ports.p2.enabled: found \"maybe\", expected true or false",
            "sw1.yaml:6:3: ports.p3: found a port that is attached to nothing, expected one of"
                + " interface, tap and udp",
            "sw1.yaml:7:27: spanning-tree.priority: found 100, expected a whole number from 0 to"
                + " 61440 in steps of 4096",
            "sw1.yaml:7:40: spanning-tree.ports.p9: found \"p9\", expected a port that is declared"
                + " under ports",
            "sw1.yaml:8:14: ageing-time: found \"soon\", expected a whole number from 10 to"
                + " 1000000");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Keys.
        "name: a\\nname: b | 2:1 | the key \"name\" again | line 1",
        "name: a\\nports: {p1: {tap: t}, p1: {tap: u}} | 2:23 | the key \"p1\" again | each key once",
        "name: a\\nvlans: {10: {}, 010: {}} | 2:17 | \"010\" | a VLAN",
        "name: a\\nvlans: {x: {}} | 2:9 | \"x\" | a VLAN",
        "name: a\\nvlans: {4095: {}} | 2:9 | 4095 | from 1 to 4094",
        "name: a\\nvlans: {0: {}} | 2:9 | 0 | from 1 to 4094",
        "name: a\\nvlans: {10: {colour: red}} | 2:14 | \"colour\" | one of name",
        "name: a\\nredundancy: {tack: 1} | 2:14 | \"tack\" | tick, silence-limit",
        // Types.
        "[1, 2] | 1:1 | a list | a mapping",
        "just text | 1:1 | \"just text\" | a mapping",
        "name: [a] | 1:1 | a list | text",
        "name: {a: b} | 1:1 | a mapping | text",
        "name: true | 1:7 | true | text",
        "name: | 1:6 | nothing | text",
        "name: a\\nports: [p1] | 2:1 | a list | a mapping",
        "name: a\\nports: {p1: {udp: 9001}} | 2:19 | 9001 | a mapping",
        "name: a\\nports: {p1: {tap: t, vlans: {access: \"1\"}}} | 2:38 | \"1\" | a whole number",
        "name: a\\nports: {p1: {tap: t, vlans: {access: 1.0}}} | 2:38 | 1.0 | a whole number",
        "name: a\\nports: {p1: {tap: t, vlans: {access: 0x1}}} | 2:38 | 0x1 | a whole number",
        "name: a\\nports: {p1: {tap: t, vlans: {access: -1}}} | 2:38 | -1 | a whole number",
        "name: a\\nports: {p1: {tap: t, vlans: {access: 99999999999999999999}}} | 2:38 | 99999999999999999999 | a whole number",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: 10}}} | 2:37 | 10 | a list",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: [1, x]}}} | 2:41 | \"x\" | a whole number",
        "name: a\\nports: {p1: {tap: t, enabled: yes}} | 2:31 | \"yes\" | true or false",
        "name: a\\nstatic-mac-addresses: {} | 2:1 | a mapping | a list",
        // Values.
        "ports: {} | 1:1 | nothing | 1 to 63 letters",
        "name: \"a b\" | 1:7 | \"a b\" | 1 to 63 letters",
        "name: a\\ndata-plane: linux\\nports:\\n  p:\\n    tap: t | 4:3 | a TAP or UDP port | an interface, with data-plane: linux",
        "name: a\\ndata-plane: hard | 2:13 | \"hard\" | one of soft, linux",
        "name: a\\nageing-time: 9 | 2:14 | 9 | from 10",
        "name: a\\nports: {\"a b\": {tap: t}} | 2:9 | \"a b\" | a port name",
        "name: a\\nports: {a234567890123456: {tap: t}} | 2:9 | \"a234567890123456\" | a port name of 1 to 15",
        "name: a\\nports: {p1: {interface: a/b}} | 2:25 | \"a/b\" | a Linux interface",
        "name: a\\nports: {p1: {tap: ..}} | 2:19 | \"..\" | a Linux interface",
        "name: a\\nports: {p1: {tap: t, interface: i}} | 2:9 | both interface and tap | one of interface, tap and udp",
        "name: a\\nports: {p1: {udp: {listen: \"127.0.0.1:0\", peer: \"h:1\"}}} | 2:28 | \"127.0.0.1:0\" | host:port",
        "name: a\\nports: {p1: {udp: {listen: \"127.0.0.256:1\", peer: \"h:1\"}}} | 2:28 | \"127.0.0.256:1\" | host:port",
        "name: a\\nports: {p1: {udp: {listen: \"::1:9001\", peer: \"h:1\"}}} | 2:28 | \"::1:9001\" | IPv6 in brackets",
        "name: a\\nports: {p1: {udp: {listen: \"h:1\"}}} | 2:14 | nothing | host:port",
        "name: a\\nports: {p1: {tap: t}, p2: {interface: t}} | 2:39 | which port p1 has already | of its own",
        "name: a\\nports: {p1: {udp: {listen: \"127.0.0.1:1\", peer: \"h:1\"}}, p2: {udp: {listen: \"0.0.0.0:1\", peer: \"h:2\"}}} | 2:77 | on which port p1 listens already | of its own",
        "name: a\\nports: {p1: {udp: {listen: \"localhost:1\", peer: \"h:1\"}}, p2: {udp: {listen: \"127.0.0.1:1\", peer: \"h:2\"}}} | 2:77 | on which port p1 listens already | of its own",
        "name: a\\nports: {p1: {tap: t, vlans: {access: 10}}} | 2:38 | 10 | declared under vlans",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: [1, 10]}}} | 2:41 | 10 | declared under vlans",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: [1, 1]}}} | 2:41 | VLAN 1 again | once",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: []}}} | 2:30 | no VLAN | at least one",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: }}} | 2:36 | no VLAN | at least one",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: [1], native: 1}}} | 2:50 | which the trunk passes tagged | not in the trunk",
        "name: a\\nports: {p1: {tap: t, vlans: {trunk: [1], access: 1}}} | 2:22 | access together with trunk | access, or trunk",
        "name: a\\nports: {p1: {tap: t, vlans: {native: 1}}} | 2:38 | native without trunk | access, or trunk",
        // Static addresses.
        "name: a\\nports: {p1: {tap: t}}\\nstatic-mac-addresses: [{mac: \"01:00:5e:00:00:01\", port: p1}] | 3:30 | a group address | one station",
        "name: a\\nports: {p1: {tap: t}}\\nstatic-mac-addresses: [{mac: \"02:00\", port: p1}] | 3:30 | \"02:00\" | six octets",
        "name: a\\nports: {p1: {tap: t}}\\nstatic-mac-addresses: [{port: p1}] | 3:24 | nothing | six octets",
        "name: a\\nports: {p1: {tap: t}}\\nstatic-mac-addresses: [{mac: \"02:00:00:00:00:01\", port: p2}] | 3:57 | \"p2\" | declared under ports",
        "name: a\\nports: {p1: {tap: t}}\\nvlans: {5: }\\nstatic-mac-addresses: [{mac: \"02:00:00:00:00:01\", port: p1, vlan: 5}] | 4:57 | p1, which is not in VLAN 5 | a port of that VLAN",
        "name: a\\nports: {p1: {tap: t}}\\nstatic-mac-addresses: [{mac: \"02:00:00:00:00:01\", port: p1}, {mac: \"02:00:00:00:00:01\", port: p1}] | 3:62 | in VLAN 1 again | once a VLAN",
        // Spanning tree.
        "name: a\\nspanning-tree: {mode: mstp} | 2:23 | \"mstp\" | one of stp, rstp, off",
        "name: a\\nspanning-tree: {hello-time: 3} | 2:29 | 3 | from 1 to 2",
        "name: a\\nspanning-tree: {max-age: 30} | 2:26 | max-age 30 with forward-delay 15 | at most 28",
        "name: a\\nspanning-tree: {forward-delay: 10} | 2:1 | max-age 20 with forward-delay 10 | at most 18",
        "name: a\\nspanning-tree: {max-age: 41} | 2:26 | 41 | from 6 to 40",
        "name: a\\nspanning-tree: {tx-hold-count: 0} | 2:32 | 0 | from 1 to 10",
        "name: a\\nports: {p1: {tap: t}}\\nspanning-tree: {ports: {p1: {cost: 0}}} | 3:36 | 0 | from 1 to 200000000",
        "name: a\\nports: {p1: {tap: t}}\\nspanning-tree: {ports: {p1: {priority: 8}}} | 3:40 | 8 | steps of 16",
        "name: a\\nports: {p1: {tap: t}}\\nspanning-tree: {ports: {p1: {point-to-point: on}}} | 3:46 | \"on\" | one of auto, true, false",
        // Redundancy.
        "name: a\\nredundancy: {tick: 1} | 2:20 | 1 | from 5 to 1000",
        "name: a\\nredundancy: {silence-limit: 1} | 2:29 | 1 | from 2",
        "name: a\\nredundancy: {commit-limit: 0} | 2:28 | 0 | from 1",
        "name: a\\nredundancy: {digest-interval: 0} | 2:31 | 0 | from 1",
        "name: a\\nredundancy: {err-disable-recovery: 86401} | 2:36 | 86401 | from 0",
        // YAML itself.
        "name: &x a\\ndata-plane: *x | 2:13 | an anchor | written out",
        "name: !!str 5 | 1:7 | the tag | no tags",
        "name: a\\n---\\nname: b | 3:1 | a second document | one document",
        "name: [a | 1:9 | no YAML | YAML",
        "\\tname: a | 1:1 | no YAML | YAML",
      })
  void a_mistake_is_refused_with_its_place(
      String text, String place, String found, String expected) {
    List<String> lines = bad(text.replace("\\n", "\n").replace("\\t", "\t"));
    assertThat(lines).as(String.join("\n", lines)).hasSize(1);
    assertThat(lines.getFirst()).startsWith("sw1.yaml:" + place + ": ").contains("found ");
    int at = lines.getFirst().lastIndexOf(", expected ");
    assertThat(lines.getFirst().substring(0, at)).contains(found);
    assertThat(lines.getFirst().substring(at)).contains(expected);
  }

  @Test
  void an_empty_file_lacks_a_name() {
    for (String text : List.of("", "# only a comment\n", "---\n", "{}")) {
      assertThat(bad(text)).singleElement().asString().contains("name: found nothing");
    }
  }

  @Test
  void too_many_ports_and_mistakes_are_bounded() {
    StringBuilder ports = new StringBuilder("name: a\nports:\n");
    for (int i = 0; i <= ConfigurationCheck.PORTS_MAX; i++) {
      ports.append("  p%d: {tap: t%d}\n".formatted(i, i));
    }
    assertThat(bad(ports.toString()))
        .singleElement()
        .asString()
        .contains("ports: found 4096 entries, expected at most 4095");
    assertThat(bad(ports.toString().replace("tap", "tip")))
        .hasSize(ConfigurationReader.PROBLEMS_MAX);
  }

  @Test
  void deep_nesting_is_refused() {
    assertThat(bad("a: " + "[".repeat(100) + "]".repeat(100))).hasSize(1);
    assertThat(bad("[".repeat(50_000))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void damaged_files_give_mistakes_and_never_an_exception(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder(FULL);
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
          default -> text.insert(at, "{}[]:,&*!|>\"'\n #-".charAt(random.nextInt(17)));
        }
      }
      switch (ConfigurationReader.parse("f", text.toString())) {
        case ConfigurationReader.Parsed.Ok ok ->
            assertThat(ConfigurationCheck.problems(ok.config())).isEmpty();
        case ConfigurationReader.Parsed.Bad bad -> assertThat(bad.problems()).isNotEmpty();
      }
    }
  }

  @Test
  void what_is_written_is_read_back() {
    for (String text : List.of(FULL, ExampleConfiguration.TEXT, "name: a")) {
      Config config = ok(text);
      assertThat(ok(ConfigurationWriter.write(config))).isEqualTo(config);
    }
    for (long seed = 1; seed <= 300; seed++) {
      Config config = random(new Random(seed));
      String written = ConfigurationWriter.write(config);
      assertThat(ConfigurationReader.parse("f", written))
          .as("seed %d%n%s", seed, written)
          .isEqualTo(new ConfigurationReader.Parsed.Ok(ConfigurationWriter.canonical(config)));
    }
  }

  @Test
  void what_is_written_is_short() {
    assertThat(ConfigurationWriter.write(ok(FULL)))
        .isEqualTo(
            """
            name: sw1
            ageing-time: 60
            ports:
              p1: {interface: p1}
              p2: {tap: tap0}
              p3: {udp: {listen: "127.0.0.1:9003", peer: "127.0.0.1:9103"}, vlans: {access: 10}}
              p4: {interface: eth4, vlans: {trunk: [10, 20], native: 1}, enabled: false}
            vlans:
              10: {name: users}
              20: {}
            static-mac-addresses:
              - {mac: "02:00:00:00:00:01", vlan: 10, port: p3}
              - {mac: "02:00:00:00:00:02", port: p1}
            spanning-tree:
              mode: stp
              priority: 4096
              hello-time: 1
              max-age: 10
              forward-delay: 6
              tx-hold-count: 3
              ports:
                p3: {admin-edge: true, auto-edge: false, bpdu-guard: true, root-guard: true}
                p4: {cost: 200, priority: 16, point-to-point: true}
                p1: {}
                p2: {point-to-point: false}
            redundancy:
              tick: 10
              silence-limit: 8
              commit-limit: 15
              digest-interval: 5
              err-disable-recovery: 0
            """);
    assertThat(ConfigurationWriter.write(ExampleConfiguration.config()))
        .isEqualTo(ExampleConfiguration.TEXT);
  }

  @Test
  void a_message_is_judged_as_a_file_is() {
    Config config =
        Config.newBuilder()
            .setName("sw1")
            .setDataPlane(DataPlaneKind.DATA_PLANE_UNSPECIFIED)
            .addPorts(udp("p1", 9001).setAccessVlan(-1))
            .addPorts(udp("p1", 9002).setNativeVlan(1))
            .addPorts(PortConfig.newBuilder().setName("p3"))
            .addVlans(VlanConfig.newBuilder().setVid(10).setName("ü"))
            .addVlans(VlanConfig.newBuilder().setVid(10))
            .addStaticMacs(StaticMacConfig.newBuilder().setMac(ByteString.fromHex("02")))
            .setSpanningTree(
                SpanningTreeConfig.newBuilder()
                    .setMode(SpanningTreeMode.SPANNING_TREE_MODE_UNSPECIFIED)
                    .addPorts(SpanningTreePortConfig.newBuilder().setPort("p1"))
                    .addPorts(
                        SpanningTreePortConfig.newBuilder()
                            .setPort("p1")
                            .setPointToPoint(PointToPoint.POINT_TO_POINT_UNSPECIFIED)))
            .build();
    assertThat(ConfigurationCheck.problems(config))
        .extracting(ConfigurationProblem::path)
        .containsExactly(
            "data-plane",
            "vlans.10.name",
            "vlans.10",
            "ports.p1.vlans.access",
            "ports.p1",
            "ports.p1.vlans",
            "ports.p3",
            "static-mac-addresses.#1.mac",
            "spanning-tree.mode",
            "spanning-tree.ports.p1",
            "spanning-tree.ports.p1.point-to-point");
  }

  @Test
  void files_that_can_not_be_read_say_so(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("sw1.yaml");
    assertThat(readBad(file)).contains("no such file");
    assertThat(readBad(directory)).contains("can't be read");
    Files.write(file, new byte[] {'n', ':', ' ', (byte) 0xC3, (byte) 0x28});
    assertThat(readBad(file)).contains("no UTF-8");
    Files.write(file, new byte[ConfigurationReader.FILE_OCTETS_MAX + 1]);
    assertThat(readBad(file)).contains("octets");
    Files.write(file, FULL.getBytes(StandardCharsets.UTF_8));
    assertThat(ConfigurationReader.read(file))
        .isEqualTo(new ConfigurationReader.Parsed.Ok(ok(FULL)));
  }

  private static String readBad(Path file) {
    return ((ConfigurationReader.Parsed.Bad) ConfigurationReader.read(file)).text();
  }

  /** A configuration without mistakes, with defaults here and there. */
  private static Config random(Random random) {
    Config.Builder config =
        Config.newBuilder().setName(pick(random, "sw1", "true", "1e3", "a.b-c_d", "null", "off"));
    TreeSet<Integer> vlans = new TreeSet<>();
    for (int n = random.nextInt(5); n > 0; n--) {
      vlans.add(2 + random.nextInt(4093));
    }
    for (int vid : vlans) {
      VlanConfig.Builder vlan = VlanConfig.newBuilder().setVid(vid);
      if (random.nextBoolean()) {
        vlan.setName(
            pick(random, "", "users", "a \"quoted\" \\ name", "- x: {y}", "#1", "~", "yes"));
      }
      config.addVlans(vlan);
    }
    vlans.add(1);
    List<Integer> declared = List.copyOf(vlans);
    SpanningTreeConfig.Builder tree = SpanningTreeConfig.newBuilder();
    int ports = random.nextInt(6);
    for (int i = 1; i <= ports; i++) {
      String name = pick(random, "p", "-", ".", "0", "true") + i;
      PortConfig.Builder port = PortConfig.newBuilder().setName(name);
      switch (random.nextInt(3)) {
        case 0 -> port.setInterface("eth" + i + pick(random, "", ".10", ":x", "#", "'\""));
        case 1 -> port.setTap("tap" + i);
        default -> port.mergeFrom(udp(name, 9000 + i).build());
      }
      int access = declared.get(random.nextInt(declared.size()));
      if (random.nextBoolean()) {
        port.setAccessVlan(access);
        config.addStaticMacs(
            StaticMacConfig.newBuilder()
                .setMac(ByteString.fromHex("02000000000" + i))
                .setVid(access)
                .setPort(name));
      } else if (random.nextBoolean()) {
        port.addTrunkVlans(access);
        if (random.nextBoolean() && access != 1) {
          port.setNativeVlan(1);
        }
      }
      if (random.nextBoolean()) {
        port.setAdminUp(random.nextBoolean());
      }
      config.addPorts(port);
      if (random.nextBoolean()) {
        tree.addPorts(
            SpanningTreePortConfig.newBuilder()
                .setPort(name)
                .setCost(random.nextInt(3) * 100)
                .setPriority(16 * random.nextInt(16))
                .setAdminEdge(random.nextBoolean())
                .setAutoEdge(random.nextBoolean())
                .setPointToPoint(PointToPoint.forNumber(1 + random.nextInt(3)))
                .setBpduGuard(random.nextBoolean())
                .setRootGuard(random.nextBoolean()));
      }
    }
    if (random.nextBoolean()) {
      tree.setMode(SpanningTreeMode.forNumber(1 + random.nextInt(3)))
          .setPriority(4096 * random.nextInt(16))
          .setHelloTimeSeconds(1 + random.nextInt(2))
          .setMaxAgeSeconds(6 + random.nextInt(20))
          .setTxHoldCount(1 + random.nextInt(10));
    }
    if (random.nextBoolean()) {
      config.setSpanningTree(tree);
    }
    if (random.nextBoolean()) {
      config.setRedundancy(
          RedundancyConfig.newBuilder()
              .setTickMillis(5 + random.nextInt(20))
              .setErrDisableRecoverySeconds(300 * random.nextInt(2)));
    }
    return random.nextBoolean() ? config.setAgeingSeconds(300).build() : config.build();
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }
}
