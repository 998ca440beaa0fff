package dev.understudy.launcher.command;

import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.StateDirectory;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.Slot;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** A connection to the supervisors of one switch. */
public final class Asking implements AutoCloseable {
  /**
   * How long an answer is waited for; a supervisor says after less that it has none. The rest is
   * for takeovers, and for a machine that is too busy to run this command.
   */
  static final long PATIENCE_MILLIS = 20_000;

  private static final long TELLING_MILLIS_MAX = 2_000;

  private final RunDirectory directory;
  private final EventLoop loop = new EventLoop("management");
  private final TreeMap<String, ManagementClient> clients = new TreeMap<>();

  public Asking(RunDirectory directory) {
    this.directory = directory;
    StateDirectory sockets = StateDirectory.at(directory.path());
    clients.put("A", new ManagementClient(loop, sockets.managementEndpoint(Slot.SLOT_A)));
    clients.put("B", new ManagementClient(loop, sockets.managementEndpoint(Slot.SLOT_B)));
  }

  /**
   * Asks either supervisor, under a new request id.
   *
   * @throws Supervisors.Nobody if none answers in time
   */
  public ManagementReply ask(ManagementRequest.Builder request, long patienceMillis)
      throws Supervisors.Nobody, InterruptedException {
    return ask(clients, request, patienceMillis);
  }

  /** Asks one supervisor and no other. */
  public ManagementReply askOne(
      Part supervisor, ManagementRequest.Builder request, long patienceMillis)
      throws Supervisors.Nobody, InterruptedException {
    String slot = supervisor.fileName();
    return ask(clients.subMap(slot, true, slot, true), request, patienceMillis);
  }

  /** Tells one supervisor something and doesn't wait; if it doesn't listen it isn't told. */
  public void tell(Part supervisor, ManagementRequest.Builder request) {
    ManagementClient client = clients.get(supervisor.fileName());
    if (client != null) {
      var _ =
          client
              .call(request.setRequestId(UUID.randomUUID().toString()).build(), TELLING_MILLIS_MAX)
              .handle((reply, failure) -> null);
    }
  }

  private static ManagementReply ask(
      SortedMap<String, ManagementClient> clients,
      ManagementRequest.Builder request,
      long patienceMillis)
      throws Supervisors.Nobody, InterruptedException {
    TreeMap<String, Supervisors.Supervisor> supervisors = new TreeMap<>();
    clients.forEach((slot, client) -> supervisors.put(slot, client::call));
    return new Supervisors(supervisors)
        .ask(request.setRequestId(UUID.randomUUID().toString()).build(), patienceMillis);
  }

  /** The document of the answer; a failure to get one is told to the person. */
  public JsonNode document(ManagementRequest.Builder request, long patienceMillis) {
    return document(clients, request, patienceMillis);
  }

  /** The same, of one supervisor. */
  public JsonNode documentOf(
      Part supervisor, ManagementRequest.Builder request, long patienceMillis) {
    String slot = supervisor.fileName();
    return document(clients.subMap(slot, true, slot, true), request, patienceMillis);
  }

  private JsonNode document(
      SortedMap<String, ManagementClient> asked,
      ManagementRequest.Builder request,
      long patienceMillis) {
    ManagementReply reply;
    try {
      reply = ask(asked, request, patienceMillis);
    } catch (Supervisors.Nobody e) {
      throw new CommandFailure(ExitStatus.NOBODY, nobody(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
    if (!reply.getOk()) {
      throw new CommandFailure(reply.getError());
    }
    try {
      return Json.parse(reply.getJson().isEmpty() ? "{}" : reply.getJson());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("the supervisor's answer can't be read: " + e.getMessage());
    }
  }

  private String nobody(Supervisors.Nobody why) {
    return directory.living().isEmpty()
        ? "the switch in "
            + directory.path()
            + " isn't running: `understudy up` with the same --state starts it"
        : "no supervisor of the switch in "
            + directory.path()
            + " answers ("
            + why.getMessage()
            + "); its logs are in "
            + directory.path().resolve("log");
  }

  @Override
  public void close() {
    clients.values().forEach(ManagementClient::close);
    loop.close();
  }
}
