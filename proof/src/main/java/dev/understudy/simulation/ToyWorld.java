package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One redundant switch with the toy engine, and a fixed story of frames, a link flap, a
 * configuration and a switchover.
 */
final class ToyWorld {
  static final long MILLI = 1_000_000L;

  final Scheduler scheduler = new Scheduler();
  final List<String> trace = new ArrayList<>();
  final SimulatedSwitch device;
  ToyPlane plane;
  long storyBegins;
  long storyFirstBoundary;

  ToyWorld(long delayNanos) {
    plane = new ToyPlane(scheduler, trace);
    device =
        new SimulatedSwitch(
            scheduler,
            new SimulatedSwitch.Build(
                "toy",
                List.of(ToyEngine.TYPE),
                incarnation -> {
                  plane = new ToyPlane(scheduler, trace);
                  return plane;
                },
                ToyWorld::homes,
                delayNanos,
                300 * MILLI,
                true,
                false,
                FaultPlan.FIRST_NANOS,
                List.of(),
                Tampering.NONE));
  }

  private static ConfigurationHomes homes(Optional<StoredConfiguration> disk) {
    return new ConfigurationHomes() {
      @Override
      public Optional<StoredConfiguration> disk() {
        return disk;
      }

      @Override
      public StoredConfiguration first() {
        return StoredConfiguration.newBuilder()
            .setIdentity(
                IdentityRow.newBuilder()
                    .setKey(IdentityRow.Key.getDefaultInstance())
                    .setUuid(ByteString.copyFrom(new byte[16])))
            .setConfig(
                ConfigRow.newBuilder()
                    .setKey(ConfigRow.Key.getDefaultInstance())
                    .setVersion(1)
                    .setConfig(Config.newBuilder().setName("toy")))
            .build();
      }

      @Override
      public StoredConfiguration export(ImageView image) {
        return StoredConfiguration.newBuilder()
            .setIdentity(image.rows(IdentityRow.getDefaultInstance()).getFirst())
            .setConfig(image.rows(ConfigRow.getDefaultInstance()).getFirst())
            .build();
      }

      @Override
      public Choice choose(StoredConfiguration one, StoredConfiguration other) {
        return new Choice(
            one.getConfig().getVersion() >= other.getConfig().getVersion() ? one : other, false);
      }

      @Override
      public void keepAside(StoredConfiguration copy) {}
    };
  }

  /** Runs until there is an active supervisor and a standby in sync. */
  ToyWorld untilRedundant() {
    long limit = scheduler.nanos() + 5_000 * MILLI;
    scheduler.runUntil(scheduler.nanos() + MILLI);
    while (!device.redundant() && scheduler.nanos() < limit) {
      scheduler.runUntil(scheduler.nanos() + MILLI);
    }
    if (!device.redundant()) {
      throw new AssertionError("not redundant within 5 s\n" + String.join("\n", device.events()));
    }
    return this;
  }

  /** Lays out the story, beginning at the next whole 100 ms. */
  ToyWorld story() {
    storyBegins = (scheduler.nanos() / (100 * MILLI) + 1) * 100 * MILLI;
    storyFirstBoundary = device.boundaries();
    for (int i = 0; i < 30; i++) {
      int port = i % 3 + 1;
      int number = i;
      scheduler.at(storyBegins + i * 7L * MILLI, () -> frame(port, "frame " + number));
    }
    scheduler.at(storyBegins + 50 * MILLI, () -> link(2, false, 1));
    scheduler.at(storyBegins + 61 * MILLI, () -> link(2, true, 1));
    scheduler.at(
        storyBegins + 83 * MILLI,
        () ->
            device.ask(
                new Input.ApplyConfiguration(
                    "request-1", Config.newBuilder().setName("changed").build(), 0, "")));
    scheduler.at(storyBegins + 123 * MILLI, () -> device.askSwitchover("request-2", false));
    return this;
  }

  void frame(int port, String text) {
    plane.frame(port, ToyEngine.text(text));
    device.planeChanged();
  }

  private void link(int port, boolean up, long downCount) {
    plane.link(port, up, downCount);
    device.planeChanged();
  }

  void runStory() {
    scheduler.runUntil(storyBegins + 900 * MILLI);
  }

  /** What left each port, in order, without its times. */
  Map<String, List<String>> perPort() {
    TreeMap<String, List<String>> result = new TreeMap<>();
    for (String line : trace) {
      List<String> words = List.of(line.split(" ", -1));
      if (words.get(1).equals("port")) {
        result
            .computeIfAbsent(words.get(2), port -> new ArrayList<>())
            .add(words.get(3) + " " + words.get(4));
      }
    }
    return result;
  }
}
