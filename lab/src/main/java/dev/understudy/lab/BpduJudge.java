package dev.understudy.lab;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Judges the spanning tree from captures: tshark reads the frames, this class counts.
 *
 * <p>All methods take the frames of one end of one link. What the switch sent there is told from
 * what its neighbour sent by source MAC address.
 */
public final class BpduJudge {
  private static final List<String> FIELDS =
      List.of(
          "frame.time_epoch",
          "eth.src",
          "stp.version",
          "stp.type",
          "stp.flags",
          "stp.root.prio",
          "stp.root.ext",
          "stp.root.hw",
          "stp.root.cost",
          "stp.bridge.prio",
          "stp.bridge.ext",
          "stp.bridge.hw",
          "stp.port",
          "stp.msg_age",
          "stp.max_age",
          "stp.hello",
          "stp.forward");

  private final List<Bpdu> bpdus;

  private BpduJudge(List<Bpdu> bpdus) {
    this.bpdus = List.copyOf(bpdus);
  }

  /**
   * Lets tshark read a capture. Frames that it does not take for BPDUs fail the reading: nothing
   * may be overlooked.
   */
  public static BpduJudge of(Path capture) {
    List<String> command =
        new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString(), "-T", "fields"));
    FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
    Command.Outcome outcome = Command.attempt(Duration.ofMinutes(2), Map.of(), command);
    if (!outcome.succeeded()) {
      throw new LabException("tshark on " + capture + ": " + outcome.error());
    }
    return new BpduJudge(outcome.output().lines().map(BpduJudge::parse).toList());
  }

  private static Bpdu parse(String line) {
    String[] words = line.split("\t", -1);
    if (words.length != FIELDS.size() || words[3].isEmpty()) {
      throw new LabException("not a BPDU to tshark: " + line);
    }
    int type = Integer.decode(words[3]);
    Bpdu.Kind kind =
        switch (type) {
          case 0x00 -> Bpdu.Kind.CONFIGURATION;
          case 0x02 -> Bpdu.Kind.RAPID;
          case 0x80 -> Bpdu.Kind.TOPOLOGY_CHANGE_NOTIFICATION;
          default -> throw new LabException("BPDU type " + type + ": " + line);
        };
    boolean bare = kind == Bpdu.Kind.TOPOLOGY_CHANGE_NOTIFICATION;
    return new Bpdu(
        new BigDecimal(words[0]).movePointRight(9).longValueExact(),
        words[1],
        kind,
        new Bpdu.Flags(bare ? 0 : Integer.decode(words[4])),
        bare ? "" : words[5] + "." + words[6] + "." + words[7],
        bare ? 0 : Long.decode(words[8]),
        bare ? "" : words[9] + "." + words[10] + "." + words[11],
        bare ? 0 : Integer.decode(words[12]),
        bare ? 0 : Double.parseDouble(words[13]),
        bare ? 0 : Double.parseDouble(words[14]),
        bare ? 0 : Double.parseDouble(words[15]),
        bare ? 0 : Double.parseDouble(words[16]));
  }

  public List<Bpdu> bpdus() {
    return bpdus;
  }

  /** Only what one sender sent. */
  public BpduJudge from(String sourceMac) {
    return where(bpdu -> bpdu.source().equals(sourceMac));
  }

  /** Only what anybody else sent. */
  public BpduJudge notFrom(String sourceMac) {
    return where(bpdu -> !bpdu.source().equals(sourceMac));
  }

  /** Only what was stamped in a time, its end excluded. */
  public BpduJudge during(TimeSpan span) {
    return where(bpdu -> span.contains(bpdu.timeNanos()));
  }

  private BpduJudge where(Predicate<Bpdu> condition) {
    return new BpduJudge(bpdus.stream().filter(condition).toList());
  }

  /** How many carry the topology change flag, or are notifications. */
  public long topologyChanges() {
    return bpdus.stream().filter(Bpdu::carriesTopologyChange).count();
  }

  /**
   * How many times news of a topology change begins: after a pause longer than that, it is another
   * change's. A port repeats the news with every hello for a hello time and a second.
   */
  public long topologyChangeEpisodes(Duration pause) {
    long episodes = 0;
    long last = 0;
    for (Bpdu bpdu : bpdus) {
      if (bpdu.carriesTopologyChange()) {
        if (episodes == 0 || bpdu.timeNanos() - last > pause.toNanos()) {
          episodes++;
        }
        last = bpdu.timeNanos();
      }
    }
    return episodes;
  }

  /** How many acknowledge a topology change. */
  public long topologyChangeAcknowledgments() {
    return bpdus.stream().filter(bpdu -> bpdu.flags().topologyChangeAcknowledgment()).count();
  }

  public long proposals() {
    return bpdus.stream().filter(bpdu -> bpdu.flags().proposal()).count();
  }

  public long agreements() {
    return bpdus.stream().filter(bpdu -> bpdu.flags().agreement()).count();
  }

  /** Frames by their source MAC address: on a cable each end has one. */
  public Map<String, Long> sources() {
    Map<String, Long> sources = new TreeMap<>();
    bpdus.forEach(bpdu -> sources.merge(bpdu.source(), 1L, Long::sum));
    return sources;
  }

  /**
   * Root, bridge, port, role and state as told in the frames, each time that one of them is new.
   */
  public List<String> story() {
    List<String> story = new ArrayList<>();
    String last = "";
    for (Bpdu bpdu : bpdus) {
      if (bpdu.kind() == Bpdu.Kind.TOPOLOGY_CHANGE_NOTIFICATION) {
        continue;
      }
      String now = chapter(bpdu);
      if (!now.equals(last)) {
        story.add(now);
        last = now;
      }
    }
    return story;
  }

  private static String chapter(Bpdu bpdu) {
    return "root %s cost %d bridge %s port 0x%04x %s"
        .formatted(
            bpdu.rootId(),
            bpdu.rootPathCost(),
            bpdu.bridgeId(),
            bpdu.portId(),
            bpdu.kind() == Bpdu.Kind.RAPID ? bpdu.roleAndState() : "configuration");
  }

  /**
   * When the last thing changed: a sender told another root, role or state than before, proposed,
   * or began or ceased to agree (who agreed goes on saying so with every hello). The beginning of
   * time if nothing did.
   */
  public long lastChangeNanos() {
    Map<String, String> last = new TreeMap<>();
    long changed = Long.MIN_VALUE;
    for (Bpdu bpdu : bpdus) {
      if (bpdu.kind() == Bpdu.Kind.TOPOLOGY_CHANGE_NOTIFICATION) {
        continue;
      }
      String now = chapter(bpdu) + " " + bpdu.flags().agreement();
      String before = last.put(bpdu.source(), now);
      boolean news = before != null && !before.equals(now);
      if (news || bpdu.flags().proposal()) {
        changed = bpdu.timeNanos();
      }
    }
    return changed;
  }

  /**
   * The longest time in which nothing came, from the span's beginning to its end; for frames of one
   * sender that has to speak every hello time.
   */
  public Duration longestGap(TimeSpan span) {
    long previous = span.startNanos();
    long longest = 0;
    for (Bpdu bpdu : bpdus) {
      if (!span.contains(bpdu.timeNanos())) {
        continue;
      }
      longest = Math.max(longest, bpdu.timeNanos() - previous);
      previous = bpdu.timeNanos();
    }
    return Duration.ofNanos(Math.max(longest, span.endNanos() - previous));
  }

  /** The most frames in any window of that length: bounded by the transmit hold count. */
  public long mostWithin(Duration window) {
    int most = 0;
    int first = 0;
    for (int i = 0; i < bpdus.size(); i++) {
      while (bpdus.get(i).timeNanos() - bpdus.get(first).timeNanos() >= window.toNanos()) {
        first++;
      }
      most = Math.max(most, i - first + 1);
    }
    return most;
  }
}
