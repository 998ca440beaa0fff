package dev.understudy.supervisor.management;

import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.edge.Release;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.protocols.configuration.ConfigurationView;
import dev.understudy.protocols.stp.StpView;
import dev.understudy.replication.Role;
import dev.understudy.replication.Status;
import dev.understudy.schema.LogRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ShowRequest;
import dev.understudy.supervisor.EventLog;
import dev.understudy.supervisor.Operations;
import dev.understudy.supervisor.configuration.ConfigurationWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The documents of docs/cli-json.md, gathered from image, core, forwarder and other supervisor. */
final class Documents {
  /** What can be shown. */
  static final List<String> SUBJECTS =
      List.of(
          "redundancy",
          "history",
          "spanning-tree",
          "mac-address-table",
          "interfaces",
          "vlans",
          "config",
          "config-history",
          "counters",
          "version",
          "upgrade");

  /** What one supervisor asks the other about: not for people, and not promised to stay. */
  static final String OWN_PART = "own-part";

  private final Operations operations;
  private final EventLog eventLog;
  private final DoubleSupplier upgradeProgress;
  private final Other other;
  private final Executor thread;

  /** Asks the other supervisor. */
  @FunctionalInterface
  interface Other {
    CompletableFuture<ManagementReply> ask(ManagementRequest request, long limitMillis);
  }

  Documents(Operations operations, EventLog eventLog, DoubleSupplier upgradeProgress, Other other) {
    this.operations = operations;
    this.eventLog = eventLog;
    this.upgradeProgress = upgradeProgress;
    this.other = other;
    this.thread = operations.management();
  }

  /** How a subject's document is made; empty for one that there isn't. */
  Optional<Supplier<CompletableFuture<JsonNode>>> show(String what) {
    return switch (what) {
      case "redundancy" -> Optional.of(this::redundancy);
      case "history" -> ofImage(History::document);
      case "spanning-tree" -> ofImage(image -> spanningTree(StpView.of(image)));
      case "mac-address-table" -> ofImage(PortDocuments::macAddressTable);
      case "interfaces" -> ofImage(PortDocuments::interfaces);
      case "vlans" -> ofImage(PortDocuments::vlans);
      case "config" -> Optional.of(this::config);
      case "config-history" -> ofImage(Documents::configHistory);
      case "counters" -> Optional.of(this::counters);
      case "version" -> Optional.of(this::version);
      case "upgrade" -> Optional.of(this::upgrade);
      default -> Optional.empty();
    };
  }

  private Optional<Supplier<CompletableFuture<JsonNode>>> ofImage(
      Function<Image, JsonNode> document) {
    return Optional.of(() -> operations.committedImage().thenApplyAsync(document, thread));
  }

  // ---- what this supervisor knows of itself

  CompletableFuture<JsonNode> ownPart() {
    return operations
        .status()
        .thenCombine(
            operations.process(),
            (status, process) -> ownPart(status, process, upgradeProgress.getAsDouble()));
  }

  private static JsonNode ownPart(Status status, Operations.ProcessState process, double progress) {
    ObjectNode part = Json.object();
    part.put("role", status.role().name());
    part.put("pid", process.pid());
    part.put("release", process.release());
    part.put("schema", process.schema());
    part.put("term", status.position().term());
    part.put("bracket", status.position().number());
    part.put(
        "readySince",
        status.role() == Role.STANDBY_HOT ? Json.time(status.readySinceWallMillis()) : null);
    ArrayNode reasons = part.putArray("notReadyReasons");
    if (status.role() != Role.ACTIVE && status.role() != Role.STANDBY_HOT) {
      status.notReadyReasons().forEach(reasons::add);
    }
    status
        .rehearsal()
        .ifPresent(rehearsal ->
            part.putObject("rehearsal")
                .put("time", Json.time(rehearsal.wallMillis()))
                .put("passed", rehearsal.problem().isEmpty())
                .put("problem", Json.textOrNull(rehearsal.problem())));
    part.put("image", RunningImage.id());
    part.put("upgradeProgress", progress);
    part.put("scheduling", process.scheduling());
    part.put("configurationOnDisk", process.configurationOnDisk());
    part.put("forwarderConnected", process.forwarderConnected());
    part.put("peerConnected", status.peerConnected());
    ArrayNode faulty = part.putArray("faultyEngines");
    status.faultyEngines().forEach(faulty::add);
    ObjectNode counters = part.putObject("counters");
    process.counters().forEach(counters::put);
    return part;
  }

  /** The other supervisor's part; empty when it doesn't answer. */
  private CompletableFuture<Optional<JsonNode>> otherPart() {
    return askOther(
            ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat(OWN_PART)))
        .thenApply(reply -> reply.map(each -> Json.read(each.getJson())));
  }

  private CompletableFuture<Optional<ManagementReply>> askOther(ManagementRequest.Builder request) {
    return other
        .ask(request.build(), ManagementService.OTHER_MILLIS_MAX)
        .thenApply(reply -> reply.getOk() ? Optional.of(reply) : Optional.<ManagementReply>empty())
        .exceptionally(failure -> Optional.empty());
  }

  /** What the forwarder says; empty when it doesn't answer. */
  private CompletableFuture<Optional<ReadBack>> forwarder() {
    return operations
        .readBack(Operations.Learned.LEFT_OUT)
        .orTimeout(ManagementService.OTHER_MILLIS_MAX, TimeUnit.MILLISECONDS)
        .handle((back, failure) -> Optional.ofNullable(back));
  }

  private String own() {
    return SlotName.letter(operations.slot());
  }

  private String peer() {
    return SlotName.letter(SlotName.other(operations.slot()));
  }

  /** Everything that says how the pair is. */
  private record Gathered(
      Status status,
      JsonNode ownPart,
      Optional<JsonNode> otherPart,
      Optional<ReadBack> forwarder,
      Image image) {}

  private CompletableFuture<JsonNode> gathered(Function<Gathered, JsonNode> document) {
    CompletableFuture<Status> status = operations.status();
    CompletableFuture<JsonNode> own = ownPart();
    CompletableFuture<Optional<JsonNode>> others = otherPart();
    CompletableFuture<Optional<ReadBack>> back = forwarder();
    CompletableFuture<Image> image = operations.committedImage();
    return CompletableFuture.allOf(status, own, others, back, image)
        .thenApplyAsync(
            nothing ->
                document.apply(
                    new Gathered(
                        status.join(), own.join(), others.join(), back.join(), image.join())),
            thread);
  }

  // ---- show redundancy

  private CompletableFuture<JsonNode> redundancy() {
    return gathered(all -> {
      ObjectNode document = Json.object();
      var inForce = ConfigurationView.config(all.image);
      document.put("switch", inForce.map(ConfigurationView.InForce::name).orElse(null));
      document.put("uuid", inForce.map(ConfigurationView.InForce::switchUuid).orElse(null));
      document.put("active", active(all));
      document.put("term", all.status.term());
      ObjectNode supervisors = document.putObject("supervisors");
      for (String slot : List.of("A", "B")) {
        supervisors.set(slot, supervisorPart(all, slot));
      }
      document.set("forwarder", forwarderPart(all));
      document.set("history", History.rows(all.image));
      return document;
    });
  }

  private @org.jspecify.annotations.Nullable String active(Gathered all) {
    if (all.status.role() == Role.ACTIVE) {
      return own();
    }
    if (all.otherPart.map(part -> part.path("role").asString("").equals("ACTIVE")).orElse(false)) {
      return peer();
    }
    return all.status.activeSlot().equals("none") ? null : all.status.activeSlot();
  }

  private ObjectNode supervisorPart(Gathered all, String slot) {
    boolean here = slot.equals(own());
    Optional<JsonNode> part = here ? Optional.of(all.ownPart) : all.otherPart;
    ObjectNode result = Json.object();
    JsonNode known = part.orElseGet(Json::object);
    for (String name : List.of("role", "pid", "release", "bracket")) {
      result.set(name, known.path(name).isMissingNode() ? Json.NODES.nullNode() : known.path(name));
    }
    // How far it is behind is known best where it is looked at from: at the active one.
    boolean lagsHere = all.status.role() != Role.ACTIVE && here;
    boolean lagsThere = all.status.role() == Role.ACTIVE && !here;
    boolean counts = lagsHere || lagsThere;
    result.put("lagBrackets", counts ? all.status.lagBrackets() : 0);
    result.put("lagBytes", counts ? all.status.lagBytes() : 0);
    result.put("lagMillis", counts ? all.status.lagMillis() : 0);
    result.set(
        "readySince",
        known.path("readySince").isMissingNode()
            ? Json.NODES.nullNode()
            : known.path("readySince"));
    ArrayNode reasons = result.putArray("notReadyReasons");
    known.path("notReadyReasons").forEach(reasons::add);
    if (part.isEmpty()) {
      reasons.add("it does not answer");
    }
    for (String name : List.of("rehearsal", "scheduling")) {
      result.set(name, known.path(name).isMissingNode() ? Json.NODES.nullNode() : known.path(name));
    }
    ArrayNode faulty = result.putArray("faultyEngines");
    known.path("faultyEngines").forEach(faulty::add);
    return result;
  }

  private static ObjectNode forwarderPart(Gathered all) {
    ObjectNode part = Json.object();
    var welcome = all.status.forwarder();
    part.put("pid", welcome.map(each -> each.getProcessId()).orElse(null));
    part.put("release", welcome.map(each -> each.getRelease()).orElse(null));
    part.put("incarnation", welcome.map(each -> each.getIncarnation()).orElse(null));
    part.put("term", all.forwarder.map(ReadBack::getTerm).orElse(null));
    part.put("applied", all.forwarder.map(ReadBack::getApplied).orElse(null));
    part.put(
        "inSync",
        all.forwarder
            .map(ReadBack::getInSync)
            .map(SlotName::letter)
            .filter(letter -> !letter.equals("none"))
            .orElse(null));
    part.put(
        "refusedWrites",
        all.forwarder
            .map(back ->
                back.getCountersList().stream()
                    .filter(counter -> counter.getName().equals("border.refused-writes"))
                    .mapToLong(counter -> counter.getValue())
                    .sum())
            .orElse(null));
    part.put("scheduling", all.forwarder.map(ReadBack::getScheduling).orElse(null));
    return part;
  }

  // ---- other subjects

  private static JsonNode spanningTree(StpView view) {
    ObjectNode document = Json.object();
    document.put("mode", view.mode());
    document.put("bridgeId", view.bridgeId());
    document.put("rootId", view.rootId());
    document.put("rootPort", Json.textOrNull(view.rootPort()));
    document.put("rootPathCost", view.rootPathCost());
    document.put("topologyChanges", view.topologyChanges());
    if (view.lastTopologyChangeWallMillis() == 0) {
      document.putNull("lastTopologyChange");
    } else {
      document
          .putObject("lastTopologyChange")
          .put("time", Json.time(view.lastTopologyChangeWallMillis()))
          .put("port", Json.textOrNull(view.lastTopologyChangePort()));
    }
    document.put("maxAgeSeconds", view.maxAgeSeconds());
    document.put("helloTimeSeconds", view.helloTimeSeconds());
    document.put("forwardDelaySeconds", view.forwardDelaySeconds());
    ObjectNode ports = document.putObject("ports");
    view.ports().forEach((name, port) -> ports.set(name, Json.tree(port)));
    return document;
  }

  private CompletableFuture<JsonNode> config() {
    return gathered(all -> {
      ObjectNode document = Json.object();
      ConfigurationView.config(all.image)
          .ifPresent(inForce -> {
            document.put("version", inForce.version());
            document.put("appliedAt", Json.textOrNull(inForce.appliedAt()));
            document.put("comment", inForce.comment());
            document.put("confirmBySeconds", confirmBySeconds(inForce, all.image));
            document.put("copies", copies(all, inForce.version()));
            String yaml = ConfigurationWriter.write(inForce.config());
            document.set("config", Yaml.read(yaml));
            document.put("yaml", yaml);
          });
      return document;
    });
  }

  private static @org.jspecify.annotations.Nullable Long confirmBySeconds(
      ConfigurationView.InForce inForce, Image image) {
    if (inForce.confirmDeadlineNanos() == 0) {
      return null;
    }
    long left = inForce.confirmDeadlineNanos() - image.mark().at().now().nanos();
    return Math.max(0, left / 1_000_000_000L);
  }

  /** In how many of its three homes the configuration in force is, as far as can be found out. */
  private static int copies(Gathered all, long version) {
    int copies = all.forwarder.isPresent() ? 1 : 0; // what is committed is in its cell
    copies += all.ownPart.path("configurationOnDisk").asLong(0) == version ? 1 : 0;
    copies +=
        all.otherPart
                .map(part -> part.path("configurationOnDisk").asLong(0) == version)
                .orElse(false)
            ? 1
            : 0;
    return copies;
  }

  private static JsonNode configHistory(ImageView image) {
    ObjectNode document = Json.object();
    ArrayNode versions = document.putArray("versions");
    for (ConfigurationView.HistoryEntry entry : ConfigurationView.history(image).reversed()) {
      versions
          .addObject()
          .put("version", entry.version())
          .put("appliedAt", Json.textOrNull(entry.appliedAt()))
          .put("comment", entry.comment())
          .put("inForce", entry.inForce())
          .put("canRollBack", !entry.inForce());
    }
    return document;
  }

  private CompletableFuture<JsonNode> counters() {
    return gathered(all -> {
      ObjectNode document = Json.object();
      Counts counts = new Counts(document.putArray("counters"), all.image);
      counts.addEngines();
      all.forwarder.ifPresent(counts::addForwarder);
      counts.addSupervisor(own(), all.ownPart);
      all.otherPart.ifPresent(part -> counts.addSupervisor(peer(), part));
      return document;
    });
  }

  private CompletableFuture<JsonNode> upgrade() {
    return gathered(all ->
        UpgradeDocument.of(
            all.image, Map.of(own(), all.ownPart, peer(), all.otherPart.orElseGet(Json::object))));
  }

  private CompletableFuture<JsonNode> version() {
    return gathered(all -> {
      ObjectNode document = Json.object();
      document.put("commandLine", Release.current());
      ObjectNode supervisors = document.putObject("supervisors");
      supervisors.set(own(), versions(all.ownPart));
      all.otherPart.ifPresent(part -> supervisors.set(peer(), versions(part)));
      document
          .putObject("forwarder")
          .put("release", all.status.forwarder().map(each -> each.getRelease()).orElse(null));
      return document;
    });
  }

  private static ObjectNode versions(JsonNode part) {
    return Json.object()
        .put("release", part.path("release").asString(""))
        .put("schema", part.path("schema").asString(""));
  }

  // ---- show state

  CompletableFuture<JsonNode> state(String table) {
    return operations
        .image()
        .thenApplyAsync(image -> StateDocument.of(own(), image, table), thread);
  }

  CompletableFuture<JsonNode> forwarderState(String table) {
    return operations
        .readBack(Operations.Learned.SHOWN)
        .thenApplyAsync(back -> StateDocument.of(back, table), thread);
  }

  // ---- show log

  CompletableFuture<JsonNode> log(int lines, boolean ownOnly) {
    int count = lines == 0 ? LogRequest.getDefaultInstance().getLines() : lines;
    List<ObjectNode> events = new ArrayList<>();
    eventLog.newest(count).forEach(event -> events.add(event(event)));
    if (ownOnly) {
      return CompletableFuture.completedFuture(log(events, count));
    }
    return askOther(ManagementRequest.newBuilder().setLog(LogRequest.newBuilder().setLines(count)))
        .thenApplyAsync(
            reply -> {
              reply.ifPresent(each ->
                  Json.read(each.getJson())
                      .path("events")
                      .forEach(event -> {
                        if (event instanceof ObjectNode object) {
                          events.add(object);
                        }
                      }));
              return log(events, count);
            },
            thread);
  }

  private static ObjectNode log(List<ObjectNode> events, int count) {
    events.sort(Comparator.comparing(event -> event.path("time").asString("")));
    ObjectNode document = Json.object();
    ArrayNode array = document.putArray("events");
    events.subList(Math.max(0, events.size() - count), events.size()).forEach(array::add);
    return document;
  }

  private ObjectNode event(EventLog.Event event) {
    return Json.object()
        .put("time", Json.time(event.wallMillis()))
        .put("slot", own())
        .put("term", event.term())
        .put("bracket", event.bracket())
        .put("severity", event.severity().name().toLowerCase(Locale.ROOT))
        .put("code", event.code())
        .put("text", event.text());
  }
}
