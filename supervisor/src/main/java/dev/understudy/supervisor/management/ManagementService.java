package dev.understudy.supervisor.management;

import com.google.protobuf.ByteString;
import dev.understudy.core.Input;
import dev.understudy.core.compatibility.Compatibility;
import dev.understudy.edge.ExitCode;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.IncomingImage;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.replication.Role;
import dev.understudy.replication.Status;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.ImagePart;
import dev.understudy.schema.ImageReadRequest;
import dev.understudy.schema.ManagementGrpc;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PeerProcessRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StateRequest;
import dev.understudy.schema.UpgradeCheckRequest;
import dev.understudy.schema.UpgradeRequest;
import dev.understudy.schema.UpgradeRun;
import dev.understudy.supervisor.Engines;
import dev.understudy.supervisor.EventLog;
import dev.understudy.supervisor.Operations;
import dev.understudy.supervisor.configuration.ConfigurationCheck;
import dev.understudy.supervisor.configuration.ConfigurationProblem;
import dev.understudy.supervisor.upgrade.UpgradeCheck;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes people's requests, and sees to it that each is answered once. */
public final class ManagementService implements BindableService {
  /** Requests at a time; one more is refused. */
  public static final int REQUESTS_MAX = 64;

  /**
   * A change that was not answered by then may or may not have been made, and the answer says so.
   */
  static final long CHANGE_MILLIS_MAX = 10_000;

  static final long SHOW_MILLIS_MAX = 5_000;

  /**
   * A request that was passed on is asked about so often whether it should rather be answered here:
   * the other supervisor may be stopped, and this one active by now.
   */
  static final long PASSED_ON_MILLIS_MAX = 1_000;

  /** While nobody is active, both supervisors are asked again after this time. */
  static final long AGAIN_MILLIS = 50;

  /** What one supervisor asks the other for its own part of an answer is waited for so long. */
  static final long OTHER_MILLIS_MAX = 300;

  /** A supervisor that is not in sync waits so long for the other one's better answer. */
  static final long BETTER_MILLIS_MAX = 1_000;

  static final long STATE_MILLIS_MAX = 4_000;

  private static final Logger LOG = LoggerFactory.getLogger(ManagementService.class);

  private final Operations operations;
  private final ImageStore images;
  private final ManagementClient other;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Documents documents;

  /**
   * @param images of this slot
   * @param upgradeProgress how much of what is under way here for an upgrade is done, 0 to 1
   * @param other the other supervisor
   */
  public ManagementService(
      Operations operations,
      EventLog events,
      ImageStore images,
      DoubleSupplier upgradeProgress,
      ManagementClient other) {
    this.operations = operations;
    this.images = images;
    this.other = other;
    this.documents = new Documents(operations, events, upgradeProgress, this::askOther);
  }

  public ServerServiceDefinition service() {
    return bindService();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new ManagementGrpc.ManagementImplBase() {
      @Override
      public void call(ManagementRequest request, StreamObserver<ManagementReply> observer) {
        take(request, observer);
      }
    }.bindService();
  }

  private void take(ManagementRequest request, StreamObserver<ManagementReply> observer) {
    if (underWay.incrementAndGet() > REQUESTS_MAX) {
      underWay.decrementAndGet();
      send(observer, refusal("too many requests at a time; try again"));
      return;
    }
    operations
        .management()
        .execute(() -> {
          var _ =
              reply(request)
                  .whenComplete((answer, failure) -> {
                    underWay.decrementAndGet();
                    send(observer, failure == null ? answer : refusal(sentence(request, failure)));
                  });
        });
  }

  private CompletableFuture<ManagementReply> reply(ManagementRequest request) {
    try {
      return answer(request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static void send(StreamObserver<ManagementReply> observer, ManagementReply reply) {
    try {
      observer.onNext(reply);
      observer.onCompleted();
    } catch (RuntimeException e) { // whoever asked is gone
      LOG.debug("an answer found nobody", e);
    }
  }

  private static String sentence(ManagementRequest request, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TimeoutException) {
      return "no answer in time; whether it was done can be found out by asking again with request"
          + " id "
          + request.getRequestId();
    }
    if (!(cause instanceof ManagementClient.NoAnswer)
        && !(cause instanceof IllegalStateException)) {
      LOG.error("request {} can't be answered", request.getKindCase(), cause);
    }
    return String.valueOf(cause.getMessage());
  }

  static ManagementReply refusal(String sentence) {
    return ManagementReply.newBuilder().setOk(false).setError(sentence).build();
  }

  static ManagementReply document(JsonNode document) {
    return ManagementReply.newBuilder().setOk(true).setJson(Json.write(document)).build();
  }

  private static CompletableFuture<ManagementReply> refused(String sentence) {
    return CompletableFuture.completedFuture(refusal(sentence));
  }

  private CompletableFuture<ManagementReply> answer(ManagementRequest request) {
    return switch (request.getKindCase()) {
      case SHOW -> show(request);
      case STATE -> state(request);
      case LOG -> inTime(documents.log(request.getLog().getLines(), request.getPassedOn()));
      case CONFIG_APPLY -> apply(request);
      case CONFIG_CONFIRM ->
          change(request, () -> operations.request(new Input.ConfirmConfiguration(id(request))));
      case CONFIG_ROLLBACK ->
          change(
              request,
              () ->
                  operations.request(
                      new Input.RollBackConfiguration(
                          id(request), request.getConfigRollback().getVersion())));
      case CLEAR_ERR_DISABLE ->
          change(
              request,
              () ->
                  operations.request(
                      new Input.ClearErrDisable(
                          id(request), request.getClearErrDisable().getPort())));
      case SWITCHOVER -> switchover(request);
      case FAULT ->
          operations
              .fault(request.getFault().getFault(), request.getFault().getArgument())
              .thenApply(outcome ->
                  outcome.done()
                      ? document(Json.object().put("message", outcome.text()))
                      : refusal(outcome.text()));
      case PEER_PROCESS -> {
        PeerProcessRequest seen = request.getPeerProcess();
        operations.peerProcessSeen(seen.getProcessId(), seen.getFailure(), seen.getEvidence());
        yield CompletableFuture.completedFuture(document(Json.object().put("message", "noted")));
      }
      case UPGRADE -> upgrade(request);
      case IMAGE_READ -> CompletableFuture.completedFuture(imagePart(request.getImageRead()));
      case STOP -> stop();
      case KIND_NOT_SET -> refused("this release doesn't know that request");
    };
  }

  /** An id of the client's, by which a retry is known; without one, none is. */
  private static String id(ManagementRequest request) {
    return request.getRequestId();
  }

  private CompletableFuture<ManagementReply> inTime(
      CompletableFuture<? extends JsonNode> document) {
    return document
        .thenApply(ManagementService::document)
        .orTimeout(SHOW_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  // ---- passing on

  private CompletableFuture<ManagementReply> askOther(ManagementRequest request, long limitMillis) {
    return other
        .call(request.toBuilder().setPassedOn(true).build(), limitMillis)
        .whenCompleteAsync((reply, failure) -> {}, operations.management());
  }

  private String own() {
    return "slot " + SlotName.letter(operations.slot());
  }

  /** Gives a request to the other supervisor, unless it came from there already. */
  private CompletableFuture<ManagementReply> passOn(ManagementRequest request) {
    if (request.getPassedOn()) {
      return CompletableFuture.completedFuture(notActive(own() + " is not active"));
    }
    return askOther(request, PASSED_ON_MILLIS_MAX)
        .exceptionally(failure ->
            notActive(
                own()
                    + " is not active, and slot "
                    + SlotName.letter(SlotName.other(operations.slot()))
                    + " does not answer: "
                    + sentence(request, failure)));
  }

  private static ManagementReply notActive(String sentence) {
    return refusal(sentence).toBuilder().setNotActive(true).build();
  }

  /**
   * Has a request answered by the active supervisor, here or there. During a takeover nobody is
   * active for a moment; then both are asked again, under the same request id.
   */
  private CompletableFuture<ManagementReply> atTheActive(
      ManagementRequest request,
      long limitMillis,
      Supplier<CompletableFuture<ManagementReply>> here) {
    long lastNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
    return atTheActive(request, here, lastNanos);
  }

  private CompletableFuture<ManagementReply> atTheActive(
      ManagementRequest request,
      Supplier<CompletableFuture<ManagementReply>> here,
      long lastNanos) {
    return operations
        .status()
        .thenCompose(status -> status.role() == Role.ACTIVE ? here.get() : passOn(request))
        .thenCompose(reply -> {
          if (!reply.getNotActive()
              || request.getPassedOn()
              || System.nanoTime() - lastNanos >= 0) {
            return CompletableFuture.completedFuture(reply);
          }
          return operations
              .management(AGAIN_MILLIS)
              .thenCompose(nothing -> atTheActive(request, here, lastNanos));
        });
  }

  // ---- changes

  private CompletableFuture<ManagementReply> change(
      ManagementRequest request, Supplier<CompletableFuture<Operations.Done>> make) {
    if (request.getRequestId().isEmpty()) {
      return refused("a request that changes something needs an id");
    }
    return atTheActive(
        request,
        CHANGE_MILLIS_MAX,
        () ->
            make.get()
                .thenCompose(done -> refusedByItsState(request, done))
                .orTimeout(CHANGE_MILLIS_MAX, TimeUnit.MILLISECONDS));
  }

  private CompletableFuture<ManagementReply> switchover(ManagementRequest request) {
    boolean force = request.getSwitchover().getForce();
    if (force && request.getSwitchover().getTakeOver()) {
      return takeOver(request);
    }
    CompletableFuture<ManagementReply> reply =
        change(request, () -> operations.switchover(id(request), force));
    return force && !request.getPassedOn()
        ? reply.thenCompose(
            each -> each.getOk() ? CompletableFuture.completedFuture(each) : forced(request, each))
        : reply;
  }

  /** The active one can't have it done: the standby is asked itself. */
  private CompletableFuture<ManagementReply> forced(
      ManagementRequest request, ManagementReply refusal) {
    ManagementRequest toTheStandby =
        request.toBuilder()
            .setSwitchover(request.getSwitchover().toBuilder().setTakeOver(true))
            .build();
    return operations
        .status()
        .thenCompose(status ->
            status.role().standby()
                ? takeOver(toTheStandby)
                : askOther(toTheStandby, PASSED_ON_MILLIS_MAX))
        .exceptionally(failure -> refusal(sentence(request, failure)))
        .thenApply(reply ->
            reply.getOk()
                ? reply
                : refusal(refusal.getError() + "; the standby itself: " + reply.getError()));
  }

  private CompletableFuture<ManagementReply> takeOver(ManagementRequest request) {
    return operations
        .takeOver(id(request))
        .thenApply(done -> reply(request, done))
        .orTimeout(CHANGE_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  /**
   * A supervisor that lost its term meanwhile refuses what it has not begun; what it has, the other
   * one knows by its id.
   */
  private CompletableFuture<ManagementReply> refusedByItsState(
      ManagementRequest request, Operations.Done done) {
    ManagementReply reply = reply(request, done);
    if (done.ok()) {
      return CompletableFuture.completedFuture(reply);
    }
    return operations
        .status()
        .thenApply(status -> status.role() == Role.ACTIVE ? reply : notActive(reply.getError()));
  }

  private static ManagementReply reply(ManagementRequest request, Operations.Done done) {
    if (!done.ok()) {
      return refusal(done.text());
    }
    ObjectNode document = Json.object().put("message", done.text());
    switch (request.getKindCase()) {
      case CONFIG_APPLY, CONFIG_CONFIRM, CONFIG_ROLLBACK -> {
        document.put("version", done.version());
        if (done.copies() > 0) { // nothing changed: nobody has counted
          document.put("copies", done.copies());
        }
      }
      default -> {}
    }
    return document(document);
  }

  private CompletableFuture<ManagementReply> apply(ManagementRequest request) {
    ConfigApplyRequest apply = request.getConfigApply();
    List<ConfigurationProblem> problems = ConfigurationCheck.problems(apply.getConfig());
    if (!problems.isEmpty()) {
      return refused(
          "nothing is applied: "
              + problems.stream()
                  .map(ConfigurationProblem::toString)
                  .collect(Collectors.joining("; ")));
    }
    return change(
        request,
        () ->
            operations.request(
                new Input.ApplyConfiguration(
                    id(request),
                    apply.getConfig(),
                    apply.getConfirmMinutes(),
                    apply.getComment())));
  }

  // ---- upgrades

  private CompletableFuture<ManagementReply> upgrade(ManagementRequest request) {
    UpgradeRequest upgrade = request.getUpgrade();
    return switch (upgrade.getStepCase()) {
      case INSTALL ->
          upgrade(
              request,
              new Upgrade.Install(
                  upgrade.getInstall().getLocation(), upgrade.getInstall().getUnsignedAllowed()));
      case RUN -> change(request, () -> run(request));
      case COMMIT -> upgrade(request, new Upgrade.Commit());
      case ABORT -> upgrade(request, new Upgrade.Abort("a person aborted it"));
      case STORED ->
          upgrade(
              request,
              new Upgrade.Stored(
                  upgrade.getStored().getSlot(),
                  upgrade.getStored().getImage(),
                  Optional.of(upgrade.getStored().getError()).filter(text -> !text.isEmpty())));
      case CHECK -> atTheActive(request, CHANGE_MILLIS_MAX, () -> check(upgrade.getCheck()));
      case STEP_NOT_SET -> refused("this release doesn't know that step of an upgrade");
    };
  }

  private CompletableFuture<ManagementReply> check(UpgradeCheckRequest check) {
    return compatibility(check.getImage())
        .thenApply(found -> document(UpgradeDocument.of(found)))
        .exceptionally(failure -> refusal(why(failure)));
  }

  private CompletableFuture<Compatibility> compatibility(String image) {
    return operations
        .committedImage()
        .thenCombine(
            operations.status(),
            (live, status) ->
                UpgradeCheck.of(images, image, live, Engines.all(), status.forwarder()));
  }

  private static String why(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
  }

  private CompletableFuture<ManagementReply> upgrade(
      ManagementRequest request, Upgrade.Event event) {
    return change(request, () -> operations.upgrade(id(request), true, event));
  }

  /** The active decides what runs where: the standby goes first. */
  private CompletableFuture<Operations.Done> run(ManagementRequest request) {
    return operations
        .status()
        .thenCompose(status -> {
          if (!status.listed() || status.peer().isEmpty()) {
            return CompletableFuture.completedFuture(
                new Operations.Done(
                    false,
                    "the standby is not ready, and an upgrade begins with it: "
                        + String.join("; ", status.notReadyReasons()),
                    0,
                    0));
          }
          String own = RunningImage.id();
          String others = status.peer().get().getImage();
          boolean here = operations.slot() == Slot.SLOT_A;
          UpgradeRun run = request.getUpgrade().getRun();
          return compatibility("")
              .thenCompose(found ->
                  operations.upgrade(
                      id(request),
                      true,
                      new Upgrade.Run(
                          SlotName.other(operations.slot()),
                          here ? own : others,
                          here ? others : own,
                          run.getRollbackMinutes(),
                          UpgradeCheck.verdict(found, run.getAcceptDegraded()))))
              .exceptionally(failure -> new Operations.Done(false, why(failure), 0, 0));
        });
  }

  private ManagementReply imagePart(ImageReadRequest read) {
    try {
      Optional<ImageFolder> image = images.image(read.getImage());
      if (image.isEmpty()) {
        return refusal(own() + " has no image " + read.getImage());
      }
      ManagementReply.Builder reply = ManagementReply.newBuilder().setOk(true);
      IncomingImage.read(image.get(), read.getFile(), read.getOffset())
          .ifPresent(part ->
              reply.setImagePart(
                  ImagePart.newBuilder()
                      .setOctets(ByteString.copyFrom(part.octets()))
                      .setCrc(part.crc())
                      .setLength(part.length())));
      return reply.build();
    } catch (ImageException e) {
      return refusal(String.valueOf(e.getMessage()));
    }
  }

  private CompletableFuture<ManagementReply> stop() {
    // The answer first; then as with SIGTERM.
    operations
        .sockets()
        .schedule(
            () -> Thread.ofPlatform().name("stop").start(() -> System.exit(ExitCode.STOPPED)), 100);
    return CompletableFuture.completedFuture(
        document(Json.object().put("message", "this supervisor ends")));
  }

  // ---- shows

  private CompletableFuture<ManagementReply> show(ManagementRequest request) {
    ShowRequest show = request.getShow();
    if (show.getWhat().equals(Documents.OWN_PART)) {
      return inTime(documents.ownPart());
    }
    return documents
        .show(show.getWhat())
        .map(here ->
            operations
                .status()
                .thenCompose(status ->
                    knows(status) || request.getPassedOn()
                        ? inTime(here.get())
                        : askOther(request, BETTER_MILLIS_MAX)
                            .exceptionallyCompose(failure -> inTime(here.get()))))
        .orElseGet(() ->
            refused(
                "\""
                    + show.getWhat()
                    + "\" can't be shown; what can: "
                    + String.join(", ", Documents.SUBJECTS)));
  }

  /** True if this supervisor's image says how the switch is. */
  private static boolean knows(Status status) {
    return switch (status.role()) {
      case ACTIVE, STANDBY_HOT -> true;
      case STARTING, STANDBY_SYNCING, FAULTY -> false;
    };
  }

  private CompletableFuture<ManagementReply> state(ManagementRequest request) {
    StateRequest state = request.getState();
    String own = SlotName.letter(operations.slot());
    return switch (state.getAt()) {
      case "" ->
          atTheActive(request, STATE_MILLIS_MAX, () -> inTime(documents.state(state.getTable())));
      case "forwarder" -> inTime(documents.forwarderState(state.getTable()));
      default -> {
        if (state.getAt().equals(own)) {
          yield inTime(documents.state(state.getTable()));
        }
        if (!state.getAt().equals(SlotName.letter(SlotName.other(operations.slot())))) {
          yield refused("state is kept at A, B and forwarder, not at \"" + state.getAt() + "\"");
        }
        yield request.getPassedOn()
            ? refused("slot " + own + " was asked for the state of slot " + state.getAt())
            : askOther(request, STATE_MILLIS_MAX);
      }
    };
  }
}
