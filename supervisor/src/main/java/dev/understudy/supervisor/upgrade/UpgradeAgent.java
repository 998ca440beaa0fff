package dev.understudy.supervisor.upgrade;

import dev.understudy.edge.SlotName;
import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.IncomingImage;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.edge.image.Trust;
import dev.understudy.replication.Role;
import dev.understudy.replication.Status;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.ImageReadRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Slot;
import dev.understudy.schema.UpgradeRequest;
import dev.understudy.schema.UpgradeRow;
import dev.understudy.schema.UpgradeStored;
import dev.understudy.supervisor.Operations;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks again and again at what is to be done here for an upgrade, and does it. */
public final class UpgradeAgent implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final long LOOK_MILLIS_MAX = 5_000;

  /** A part of an image is waited for so long. */
  private static final long PART_MILLIS_MAX = 5_000;

  /** What failed is tried again after this. */
  private static final long AGAIN_NANOS = 2_000_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(UpgradeAgent.class);

  private final Operations operations;
  private final Stores stores;
  private final BiFunction<ManagementRequest, Long, CompletableFuture<ManagementReply>> other;
  private final Thread thread;
  private final String letter;
  private volatile boolean closing;
  private volatile double progress;
  private volatile boolean wanted;
  private boolean proven;
  private boolean launcherTold;
  private @Nullable Thread work;
  private volatile long failedAtNanos = System.nanoTime() - AGAIN_NANOS;
  private long askedAtNanos = System.nanoTime() - AGAIN_NANOS;
  private final AtomicLong requests = new AtomicLong();

  /** The stores of this module. */
  public record Stores(ImageStore own, ImageStore launcher) {}

  /**
   * @param other asks the other supervisor, within milliseconds
   */
  public UpgradeAgent(
      Operations operations,
      Stores stores,
      BiFunction<ManagementRequest, Long, CompletableFuture<ManagementReply>> other) {
    this.operations = operations;
    this.stores = stores;
    this.other = other;
    this.letter = SlotName.letter(operations.slot());
    this.thread = Thread.ofPlatform().name("upgrade").daemon().unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** How much of what is under way here is done, 0 to 1. */
  public double progress() {
    return progress;
  }

  private void run() {
    try {
      while (!closing) {
        try {
          look();
        } catch (ImageException | CompletionException e) {
          LOG.warn("an upgrade can't go on for now: {}", e.getMessage());
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Status status = await(operations.status());
    if (!proven && (status.role() == Role.STANDBY_HOT || status.role() == Role.ACTIVE)) {
      stores.own.proven();
      proven = true;
    }
    Optional<UpgradeRow> newest = await(operations.look(core -> Upgrade.newest(core.image())));
    wanted =
        newest
            .map(row ->
                switch (row.getPhase()) {
                  case UPGRADE_PHASE_FETCHING, UPGRADE_PHASE_COPYING -> true;
                  default -> false;
                })
            .orElse(false);
    if (newest.isEmpty() || status.role() == Role.STARTING || status.role() == Role.FAULTY) {
      return;
    }
    UpgradeRow row = newest.get();
    boolean active = status.role() == Role.ACTIVE;
    switch (row.getPhase()) {
      case UPGRADE_PHASE_FETCHING -> {
        if (active) {
          workOn("fetch", () -> fetch(row));
        }
      }
      case UPGRADE_PHASE_COPYING -> copying(row, active);
      case UPGRADE_PHASE_BOOTING, UPGRADE_PHASE_TAKING_OVER -> starting(row, status, active);
      case UPGRADE_PHASE_TRIAL -> {
        if (active) {
          event(new Upgrade.TimePassed(number(row)));
        }
      }
      case UPGRADE_PHASE_COMMITTING -> committing(row, status, active);
      case UPGRADE_PHASE_COMMITTED -> launcherFollows(row);
      case UPGRADE_PHASE_ABORTING -> aborting(row, status, active);
      case UPGRADE_PHASE_ABORTED -> returnHere(row, active);
      case UPGRADE_PHASE_INSTALLED,
          UPGRADE_PHASE_FAILED,
          UPGRADE_PHASE_UNSPECIFIED,
          UNRECOGNIZED -> {}
    }
  }

  private static long number(UpgradeRow row) {
    return row.getKey().getNumber();
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(LOOK_MILLIS_MAX, TimeUnit.MILLISECONDS).join();
  }

  /** Tells the active's loop, here. */
  private void event(Upgrade.Event event) {
    var _ =
        await(
            operations.upgrade(
                "upgrade-"
                    + letter
                    + "-"
                    + operations.instance()
                    + "-"
                    + requests.incrementAndGet(),
                false,
                event));
  }

  // ---- the image comes

  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  /** One piece of work at a time, on a thread of its own. */
  private void workOn(String what, Work piece) {
    Thread running = work;
    if ((running != null && running.isAlive()) || System.nanoTime() - failedAtNanos < AGAIN_NANOS) {
      return;
    }
    progress = 0;
    work =
        Thread.ofPlatform()
            .name("upgrade-" + what)
            .daemon()
            .start(() -> {
              try {
                piece.run();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                LOG.warn("{}: {}", what, e.getMessage());
              }
              failedAtNanos = System.nanoTime();
            });
  }

  private Trust trust(UpgradeRow row) {
    return stores.own.trust(
        row.getUnsignedAllowed() ? Trust.Unsigned.ACCEPTED : Trust.Unsigned.REFUSED);
  }

  private void fetch(UpgradeRow row) throws InterruptedException {
    try {
      ImageFolder image =
          new Fetch(stores.own, row.getLocation(), done -> progress = done, () -> wanted)
              .run(trust(row));
      refuseUnfit(image);
      event(
          new Upgrade.Fetched(
              number(row),
              image.id(),
              image.manifest().release(),
              image.octets(),
              image.isSigned()));
      stores.own.prune(List.of(image.id()));
    } catch (ImageException e) {
      event(new Upgrade.FetchFailed(number(row), String.valueOf(e.getMessage())));
    }
  }

  private static void refuseUnfit(ImageFolder image) {
    if (image.manifest().javaFeature() > Runtime.version().feature()) {
      throw new ImageException(
          "image "
              + image.id()
              + " needs Java "
              + image.manifest().javaFeature()
              + ", and this module has "
              + Runtime.version().feature());
    }
  }

  private void copying(UpgradeRow row, boolean active) {
    boolean told = operations.slot() == Slot.SLOT_A ? row.getStoredA() : row.getStoredB();
    if (!told) {
      workOn("copy", () -> copy(row, active));
    }
  }

  private void copy(UpgradeRow row, boolean active) throws InterruptedException {
    Optional<String> error = Optional.empty();
    try {
      Optional<ImageFolder> there = stores.own.image(row.getImage());
      ImageFolder image =
          there.isPresent()
              ? there.get()
              : new IncomingImage(stores.own, row.getImage(), (file, at) -> part(row, file, at))
                  .fetch(trust(row), done -> progress = done);
      refuseUnfit(image);
      AotTraining.run(image);
      stores.own.prune(List.of(image.id()));
    } catch (ImageException e) {
      error = Optional.of(String.valueOf(e.getMessage()));
    }
    if (active) {
      event(new Upgrade.Stored(operations.slot(), row.getImage(), error));
    } else {
      await(
          other.apply(
              ManagementRequest.newBuilder()
                  .setRequestId("stored-" + letter + "-" + row.getImage() + "-" + System.nanoTime())
                  .setUpgrade(
                      UpgradeRequest.newBuilder()
                          .setStored(
                              UpgradeStored.newBuilder()
                                  .setSlot(operations.slot())
                                  .setImage(row.getImage())
                                  .setError(error.orElse(""))))
                  .build(),
              LOOK_MILLIS_MAX));
    }
  }

  private Optional<IncomingImage.Part> part(UpgradeRow row, String file, long offset)
      throws IOException, InterruptedException {
    if (!wanted || closing) {
      throw new ImageException("given up");
    }
    try {
      ManagementReply reply =
          other
              .apply(
                  ManagementRequest.newBuilder()
                      .setImageRead(
                          ImageReadRequest.newBuilder()
                              .setImage(row.getImage())
                              .setFile(file)
                              .setOffset(offset))
                      .build(),
                  PART_MILLIS_MAX)
              .get(2 * PART_MILLIS_MAX, TimeUnit.MILLISECONDS);
      if (!reply.getOk()) {
        throw new ImageException("the other supervisor: " + reply.getError());
      }
      return reply.hasImagePart()
          ? Optional.of(
              new IncomingImage.Part(
                  reply.getImagePart().getOctets().asReadOnlyByteBuffer(),
                  reply.getImagePart().getCrc(),
                  reply.getImagePart().getLength()))
          : Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the other supervisor does not answer: " + e.getMessage(), e);
    }
  }

  // ---- it runs

  private static String peerImage(Status status) {
    return status.peerConnected() ? status.peer().map(PeerHello::getImage).orElse("") : "";
  }

  private static Optional<String> peerFailure(Status status, UpgradeRow row) {
    return status.peerConnected()
        ? status
            .peer()
            .filter(peer -> peer.getBootAttempt().equals(Upgrade.attempt(row)))
            .map(PeerHello::getBootFailure)
            .filter(failure -> !failure.isEmpty())
        : Optional.empty();
  }

  private void starting(UpgradeRow row, Status status, boolean active) {
    boolean runsIt = RunningImage.id().equals(row.getImage());
    if (!active) {
      if (row.getFirst() == operations.slot() && !runsIt) {
        boot(row);
      }
      return;
    }
    if (runsIt) {
      event(new Upgrade.TakenOver(number(row)));
      return;
    }
    if (row.getFirst() == operations.slot()) {
      event(
          new Upgrade.BootFailed(
              number(row), "the other supervisor was lost before this one had started with it"));
      return;
    }
    Optional<String> failure = peerFailure(status, row);
    if (failure.isPresent()) {
      event(new Upgrade.BootFailed(number(row), failure.get()));
    } else if (peerImage(status).equals(row.getImage()) && status.listed()) {
      takeOver(row);
    } else {
      event(new Upgrade.TimePassed(number(row)));
    }
  }

  private void takeOver(UpgradeRow row) {
    event(new Upgrade.StandbyReady(number(row)));
    if (System.nanoTime() - askedAtNanos > AGAIN_NANOS) {
      askedAtNanos = System.nanoTime();
      var _ = await(operations.switchover(switchoverId(row), false));
    }
  }

  private String switchoverId(UpgradeRow row) {
    return "upgrade-"
        + number(row)
        + "-switchover-"
        + operations.instance()
        + "-"
        + requests.incrementAndGet();
  }

  /** Starts again with the image, unless it was tried and never came up. */
  private void boot(UpgradeRow row) {
    if (stores.own.image(row.getImage()).isPresent()
        && stores.own.boot(row.getImage(), Upgrade.attempt(row))) {
      operations.startAgain("image " + row.getImage() + " is to run");
    }
  }

  private void committing(UpgradeRow row, Status status, boolean active) {
    if (!active) {
      if (!RunningImage.id().equals(row.getImage())) {
        boot(row);
      }
      return;
    }
    if (!RunningImage.id().equals(row.getImage())) {
      // The one that runs it was lost in the middle: this one is active with what ran before, and
      // the
      // other comes back with the new one.
      if (peerImage(status).equals(row.getImage()) && status.listed()) {
        switchBack(row);
      }
      return;
    }
    Optional<String> failure = peerFailure(status, row);
    if (failure.isPresent()) {
      event(new Upgrade.BootFailed(number(row), failure.get()));
    } else if (peerImage(status).equals(row.getImage()) && status.listed()) {
      event(new Upgrade.Followed(number(row)));
    } else {
      event(new Upgrade.TimePassed(number(row)));
    }
  }

  private void switchBack(UpgradeRow row) {
    if (System.nanoTime() - askedAtNanos > AGAIN_NANOS) {
      askedAtNanos = System.nanoTime();
      var _ = await(operations.switchover(switchoverId(row), false));
    }
  }

  /** The launcher of this module executes it in its own place. */
  private void launcherFollows(UpgradeRow row) {
    if (launcherTold || !RunningImage.id().equals(row.getImage())) {
      return;
    }
    launcherTold = true;
    BootPointer pointer = stores.launcher.pointer();
    Optional<ImageFolder> image = stores.own.image(row.getImage());
    if (image.isPresent()
        && !pointer.image().equals(row.getImage())
        && !pointer.failure().contains(row.getImage())) {
      stores.launcher.add(image.get());
      stores.launcher.boot(row.getImage());
      stores.launcher.prune(List.of());
    }
  }

  // ---- back

  private void aborting(UpgradeRow row, Status status, boolean active) {
    boolean runsIt = RunningImage.id().equals(row.getImage());
    if (!active) {
      returnHere(row, false);
    } else if (runsIt) {
      if (status.listed() && !peerImage(status).equals(row.getImage())) {
        switchBack(row);
      } else {
        String waits = "waiting until the other supervisor is ready with what ran before";
        if (!row.getText().contains(waits)) {
          event(new Upgrade.Waits(number(row), row.getText() + "; " + waits));
        }
      }
    } else {
      returnHere(row, true);
      if (!status.peerConnected() || !peerImage(status).equals(row.getImage())) {
        event(new Upgrade.Returned(number(row)));
      }
    }
  }

  /** The slot's pointer and process are what they were before. */
  private void returnHere(UpgradeRow row, boolean active) {
    String former = Upgrade.former(row, operations.slot());
    if (former.equals(row.getImage())) {
      return; // it ran here before already
    }
    if (stores.own.pointer().image().equals(row.getImage())) {
      stores.own.bootAgain(former);
    }
    if (!active && RunningImage.id().equals(row.getImage())) {
      operations.startAgain("image " + former + " is to run again");
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    Thread running = work;
    if (running != null) {
      running.interrupt();
    }
  }
}
