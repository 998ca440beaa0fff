package dev.understudy.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.understudy.edge.CannotStart;
import dev.understudy.edge.Dialer;
import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.Link;
import dev.understudy.edge.LinkListener;
import dev.understudy.edge.StateDirectory;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.BorderGrpc;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoreConfiguration;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process's parts in one Java virtual machine: sockets, threads, disk, border. */
@Timeout(60)
final class ForwarderTest {
  private static final ByteString UUID = ByteString.copyFromUtf8("0123456789abcdef");

  @TempDir private Path directory;
  private final EventLoop loop = new EventLoop("test");
  private @Nullable Forwarder forwarder;

  /** What a supervisor's connection brought, for the test's thread. */
  private static final class Supervisor implements LinkListener<ToSupervisor, ToForwarder> {
    final BlockingQueue<Link<ToSupervisor, ToForwarder>> opened = new LinkedBlockingQueue<>();
    final BlockingQueue<ToSupervisor> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @Override
    public void opened(Link<ToSupervisor, ToForwarder> link) {
      opened.add(link);
    }

    @Override
    public void received(Link<ToSupervisor, ToForwarder> link, ToSupervisor message) {
      received.add(message);
      link.taken();
    }

    @Override
    public void closed(Link<ToSupervisor, ToForwarder> link, String reason) {
      closed.add(reason);
    }

    /** The next message of a kind; others are passed over. */
    ToSupervisor await(ToSupervisor.KindCase kind) throws InterruptedException {
      for (ToSupervisor next = next(received); ; next = next(received)) {
        if (next.getKindCase() == kind) {
          return next;
        }
      }
    }
  }

  @AfterEach
  void close() {
    stop();
    loop.close();
  }

  private Forwarder.Ready start() {
    Forwarder started =
        new Forwarder(
            new Forwarder.Options(
                StateDirectory.open(directory.resolve("state")),
                WaitingDataPlane::new,
                Forwarder.Breakage.NONE,
                Optional.empty()));
    Forwarder.Ready ready = started.start();
    forwarder = started;
    return ready;
  }

  private void stop() {
    if (forwarder != null) {
      forwarder.close();
      forwarder = null;
    }
  }

  private Path state() {
    return directory.resolve("state");
  }

  private Path socket() {
    return ((Endpoint.Unix) StateDirectory.at(state()).borderEndpoint()).socket();
  }

  private Supervisor connect() {
    Supervisor supervisor = new Supervisor();
    new Dialer<>(
            loop,
            StateDirectory.at(state()).borderEndpoint(),
            BorderGrpc.getSessionMethod(),
            supervisor)
        .start();
    return supervisor;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something was to come").isNotNull();
    return java.util.Objects.requireNonNull(next);
  }

  private static ToForwarder hello(Slot slot, long instance) {
    return ToForwarder.newBuilder()
        .setHello(SupervisorHello.newBuilder().setSlot(slot).setInstance(instance))
        .build();
  }

  private static ToForwarder cold() {
    return ToForwarder.newBuilder().setClaim(Claim.newBuilder().setKind(ClaimKind.COLD)).build();
  }

  private static Output store(long version) {
    return Output.newBuilder()
        .setStoreConfiguration(
            StoreConfiguration.newBuilder()
                .setVersion(version)
                .setCell(ConfigurationCell.newBuilder().setOctets(cell(version)))
                .setSwitchUuid(UUID))
        .build();
  }

  private static ByteString cell(long version) {
    return ByteString.copyFromUtf8("configuration " + version);
  }

  /** Connects as slot A, claims, and stores a configuration as bracket 1. */
  private Link<ToSupervisor, ToForwarder> becomeActive(Supervisor supervisor, long version)
      throws InterruptedException {
    var link = next(supervisor.opened);
    link.send(hello(Slot.SLOT_A, 1));
    supervisor.await(ToSupervisor.KindCase.WELCOME);
    link.send(cold());
    long term = supervisor.await(ToSupervisor.KindCase.GRANTED).getGranted().getTerm();
    link.send(
        ToForwarder.newBuilder()
            .setBracket(
                BorderBracket.newBuilder().setTerm(term).setNumber(1).addOutputs(store(version)))
            .build());
    assertThat(supervisor.await(ToSupervisor.KindCase.APPLIED).getApplied().getNumber())
        .isEqualTo(1);
    return link;
  }

  private static ReadBack readBack(Supervisor supervisor, Link<ToSupervisor, ToForwarder> link)
      throws InterruptedException {
    link.send(
        ToForwarder.newBuilder().setReadBack(ReadBackRequest.newBuilder().setRequest(1)).build());
    return supervisor.await(ToSupervisor.KindCase.READ_BACK).getReadBack();
  }

  private static long counter(
      Supervisor supervisor, Link<ToSupervisor, ToForwarder> link, String name)
      throws InterruptedException {
    return readBack(supervisor, link).getCountersList().stream()
        .filter(counter -> counter.getName().equals(name))
        .mapToLong(ForwarderCounter::getValue)
        .sum();
  }

  @Test
  void an_output_that_fails_comes_back_with_its_kind_and_the_reason() throws Exception {
    start();
    Supervisor supervisor = connect();
    Link<ToSupervisor, ToForwarder> link = becomeActive(supervisor, 5);
    long term = readBack(supervisor, link).getTerm();
    link.send(
        ToForwarder.newBuilder()
            .setBracket(
                BorderBracket.newBuilder()
                    .setTerm(term)
                    .setNumber(2)
                    .addOutputs(
                        Output.newBuilder()
                            .setSetPortState(
                                SetPortState.newBuilder()
                                    .setBridgePort(77)
                                    .setState(PortState.PORT_STATE_FORWARDING))))
            .build());
    ToSupervisor input = supervisor.await(ToSupervisor.KindCase.INPUT);
    while (!input.getInput().hasOutputFailed()) {
      input = supervisor.await(ToSupervisor.KindCase.INPUT);
    }
    assertThat(input.getInput().getOutputFailed().getReason()).startsWith("set-port-state: ");
    assertThat(input.getInput().getOutputFailed().getPort()).isEqualTo(77);
  }

  @Test
  void a_supervisor_gets_the_term_inputs_and_what_it_stored_after_a_restart() throws Exception {
    Forwarder.Ready first = start();
    Supervisor supervisor = connect();
    becomeActive(supervisor, 5);
    supervisor.await(ToSupervisor.KindCase.INPUT);
    stop();
    assertThat(next(supervisor.closed)).isNotEmpty();

    Forwarder.Ready second = start();

    assertThat(second.incarnation()).isEqualTo(first.incarnation() + 1);
    assertThat(second.term()).isGreaterThan(first.term());
    var link = next(supervisor.opened);
    link = supervisor.opened.isEmpty() ? link : next(supervisor.opened);
    link.send(hello(Slot.SLOT_A, 1));
    var welcome = supervisor.await(ToSupervisor.KindCase.WELCOME).getWelcome();
    assertThat(welcome.getConfigurationVersion()).isEqualTo(5);
    assertThat(welcome.getConfiguration().getOctets()).isEqualTo(cell(5));
    assertThat(welcome.getSwitchUuid()).isEqualTo(UUID);
  }

  @Test
  void a_second_claimant_of_a_slot_is_refused_and_counted_and_the_first_goes_on() throws Exception {
    start();
    Supervisor supervisor = connect();
    var link = becomeActive(supervisor, 1);
    Supervisor second = connect();
    next(second.opened).send(hello(Slot.SLOT_A, 2));

    assertThat(second.await(ToSupervisor.KindCase.REJECTED).getRejected().getReason())
        .contains("slot A has a session already");
    next(second.closed);

    assertThat(counter(supervisor, link, "border.second-claimants")).isPositive();
    supervisor.await(ToSupervisor.KindCase.INPUT);
    assertThat(supervisor.closed).isEmpty();
  }

  @Test
  void garbage_on_the_socket_shows_in_the_counters_and_the_holder_goes_on() throws Exception {
    start();
    Supervisor supervisor = connect();
    var link = becomeActive(supervisor, 1);

    for (int i = 0; i < 3; i++) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket()));
        channel.write(ByteBuffer.wrap("show running-config\n".getBytes(StandardCharsets.UTF_8)));
        while (channel.read(ByteBuffer.allocate(100)) >= 0) {
          // until the other side closes
        }
      }
    }

    assertThat(counter(supervisor, link, "edge.connections-with-garbage")).isEqualTo(3);
    assertThat(supervisor.closed).isEmpty();
  }

  @Test
  void a_message_before_the_hello_ends_the_session() throws Exception {
    start();
    Supervisor supervisor = connect();
    next(supervisor.opened).send(cold());
    assertThat(supervisor.await(ToSupervisor.KindCase.REJECTED).getRejected().getReason())
        .contains("hello");
    next(supervisor.closed);
  }

  @Test
  void sessions_beyond_the_limit_are_refused() throws Exception {
    start();
    Supervisor supervisor = connect();
    var link = becomeActive(supervisor, 1);
    Supervisor many = new Supervisor();
    for (int i = 1; i < Forwarder.SESSIONS_MAX; i++) {
      many = connect();
      next(many.opened);
    }
    Supervisor tooMany = connect();

    assertThat(next(tooMany.closed)).contains("sessions already");
    assertThat(counter(supervisor, link, Forwarder.SESSIONS_REFUSED)).isPositive();
    assertThat(many.closed).isEmpty();
  }

  @Test
  void terms_grow_whatever_happens_to_the_file() throws Exception {
    long term = start().term();
    stop();
    Path file = state().resolve("forwarder").resolve("term");
    byte[] whole = Files.readAllBytes(file);
    for (int damage = 0; damage < 4; damage++) {
      byte[] octets = whole.clone();
      switch (damage) {
        case 0 -> octets[10] ^= 1;
        case 1 -> octets[4096 + 10] ^= 1;
        case 2 -> java.util.Arrays.fill(octets, (byte) 0xff);
        default -> octets = java.util.Arrays.copyOf(octets, 100);
      }
      Files.write(file, octets);
      long next = start().term();
      stop();
      assertThat(next).as("after damage %d", damage).isGreaterThan(term);
      term = next;
      whole = Files.readAllBytes(file);
    }
    assertThat(state().resolve("forwarder").resolve("term.damaged")).exists();
  }

  @Test
  void a_damaged_configuration_is_kept_aside_and_the_switch_starts() throws Exception {
    start();
    becomeActive(connect(), 5);
    stop();
    Path file = state().resolve("forwarder").resolve("configuration");
    byte[] octets = Files.readAllBytes(file);
    octets[octets.length / 2] ^= 1;
    Files.write(file, octets);

    start();

    Supervisor supervisor = connect();
    next(supervisor.opened).send(hello(Slot.SLOT_B, 1));
    assertThat(
            supervisor.await(ToSupervisor.KindCase.WELCOME).getWelcome().getConfigurationVersion())
        .isZero();
    assertThat(state().resolve("forwarder").resolve("configuration.damaged"))
        .hasBinaryContent(octets);
  }

  @Test
  void a_full_disk_delays_the_configurations_copy_only() throws Exception {
    start();
    Path fresh = state().resolve("forwarder").resolve("configuration.new");
    Files.createSymbolicLink(fresh, Path.of("/dev/full"));
    Supervisor supervisor = connect();
    var link = becomeActive(supervisor, 5);
    while (counter(supervisor, link, DiskBorderStore.FAILED_WRITES) == 0) {
      supervisor.await(ToSupervisor.KindCase.INPUT);
    }

    Files.delete(fresh); // there is room again

    Path file = state().resolve("forwarder").resolve("configuration");
    while (!Files.exists(file)) {
      supervisor.await(ToSupervisor.KindCase.INPUT);
    }
    assertThat(supervisor.closed).isEmpty();
  }

  @Test
  void a_second_forwarder_in_the_same_state_directory_says_why_it_cannot_start() {
    start();
    Forwarder second =
        new Forwarder(
            new Forwarder.Options(
                StateDirectory.open(state()),
                WaitingDataPlane::new,
                Forwarder.Breakage.NONE,
                Optional.empty()));
    assertThatThrownBy(second::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("another forwarder");
  }
}
