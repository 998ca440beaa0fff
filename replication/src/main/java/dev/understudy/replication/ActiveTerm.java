package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Check;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Result;
import dev.understudy.core.RowChange;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.Health;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.LearningLaneRow;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Open;
import dev.understudy.schema.Output;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.ToForwarder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * One term as the active: the engines, and the brackets that they make of inputs.
 *
 * <p>Each bracket goes to the standby first and to the forwarder second, so that what the forwarder
 * has seen of a supervisor that stops, the standby was sent as well.
 */
final class ActiveTerm {
  /** Terms whose beginning is remembered: how far back a returning standby's lineage is known. */
  static final int TERMS_KEPT = 256;

  private final Settings settings;
  private final Environment environment;
  private final Image image;
  private final BracketLog log;
  private final NavigableMap<Long, Bracket> retained;
  private final PeerFeed feed;
  private final Answers answers;

  /** Configurations by the bracket that put them in force, until it is carried out. */
  private final TreeMap<Long, StoredConfiguration> toStore = new TreeMap<>();

  private final EngineHost host;
  private final TakeoverRecord record;
  private final long term;
  private final long incarnation;
  private final long startsAt;
  private final long firstOutput;
  private long taken;
  private long tick;
  private Moment last;
  private List<String> faulty;
  private long ticksToDigest;

  /** Batches of learned addresses that are done, and that the forwarder wasn't told of yet. */
  private final ArrayDeque<Long> learnedDone = new ArrayDeque<>();

  /** Whether the forwarder takes brackets of this session: not before it has resumed the term. */
  private boolean heard = true;

  private ActiveTerm(
      Settings settings,
      Environment environment,
      Image image,
      BracketLog log,
      NavigableMap<Long, Bracket> retained,
      Answers answers,
      Granted granted,
      Loss loss,
      TermStart start,
      boolean streaming) {
    this.settings = settings;
    this.environment = environment;
    this.image = image;
    this.log = log;
    this.retained = retained;
    this.answers = answers;
    this.feed =
        new PeerFeed(environment, image, log, retained, settings.snapshotChunkRows(), streaming);
    this.term = granted.getTerm();
    this.incarnation = granted.getIncarnation();
    this.last = start.at();
    this.startsAt = image.position().number() + 1;
    this.firstOutput = granted.getApplied() + 1;
    this.taken =
        // Brackets that are sent again have consumed inputs that the forwarder doesn't know of yet.
        start.kind() == Input.Start.UNSYNCED || image.mark().incarnation() != incarnation
            ? granted.getConsumed()
            : Math.max(granted.getConsumed(), image.mark().consumed());
    this.host = new EngineHost(settings.engines(), image);
    this.faulty = host.faulty();
    this.record =
        TakeoverRecord.begin(
            granted,
            loss,
            settings.slot(),
            start.trigger(),
            start.causes(),
            startsAt,
            start.at(),
            image);
  }

  /**
   * Begins a term: re-sends what the forwarder has not carried out, then goes on from the image.
   *
   * @param loss what was wrong with the former active
   * @param complete whether the image was complete at its position when the claim was made
   * @param wasActive whether this supervisor held the term before, under another forwarder process
   * @param streaming whether the peer's stream goes on as it was
   */
  static ActiveTerm begin(
      Settings settings,
      Environment environment,
      Image image,
      BracketLog log,
      NavigableMap<Long, Bracket> retained,
      Answers answers,
      Granted granted,
      Loss loss,
      boolean complete,
      boolean wasActive,
      boolean streaming) {
    Image.Position based = image.position();
    TermStart start = TermStart.plan(settings, environment, image, granted, complete, wasActive);
    if (start.kind() == Input.Start.UNSYNCED) {
      // What was not carried out is not sent again: the term goes on after what was.
      image.apply(
          List.of(),
          new Image.Position(image.position().term(), granted.getApplied()),
          image.mark());
      retained.clear();
    }
    retained.headMap(granted.getApplied(), true).clear();
    ActiveTerm active =
        new ActiveTerm(
            settings, environment, image, log, retained, answers, granted, loss, start, streaming);
    active.resend();
    active.first(granted, start, based);
    return active;
  }

  /**
   * The session to the forwarder ended: brackets are kept until the next one has resumed the term.
   */
  void sessionLost() {
    heard = false;
    learnedDone.clear();
  }

  boolean isHeard() {
    return heard;
  }

  /** The forwarder has resumed the term: it gets what it has not carried out. */
  void resumed() {
    heard = true;
    resend();
  }

  /**
   * The outputs of brackets that the standby held and the forwarder has not carried out, unchanged.
   */
  private void resend() {
    for (Bracket bracket : retained.values()) {
      try {
        toForwarder(bracket, bracket.parsedOutputs(), 0);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(
            "an output of bracket " + bracket.number() + " is damaged", e);
      }
    }
  }

  private void first(Granted granted, TermStart start, Image.Position based) {
    List<RowChange> extra = new ArrayList<>(start.changed());
    extra.add(
        RowChange.put(
            TermRow.newBuilder()
                .setKey(TermRow.Key.newBuilder().setTerm(term))
                .setSlot(settings.slot())
                .setStartsAt(startsAt)
                .setBasedTerm(based.term())
                .setBasedNumber(based.number())
                .build()));
    int surplus = image.count(TermRow.getDefaultInstance()) + 1 - TERMS_KEPT;
    if (surplus > 0) {
      image.lineage().subList(0, surplus).forEach(old -> extra.add(RowChange.delete(old)));
    }
    Input signal =
        new Input.TermStarted(
            term, start.kind(), start.anew(), granted.getPortStatesList(), start.stored());
    step(signal, start.at(), extra, 0, Optional.empty());
    requestLearned();
  }

  /** Asks for changes of learned addresses from where the image stands; once a session. */
  void requestLearned() {
    LearningLaneRow lane =
        image
            .row(
                LearningLaneRow.newBuilder()
                    .setKey(LearningLaneRow.Key.getDefaultInstance())
                    .build())
            .orElse(LearningLaneRow.getDefaultInstance());
    environment.toForwarder(
        ToForwarder.newBuilder()
            .setLearnedRequest(
                LearnedRequest.newBuilder()
                    .setIncarnation(lane.getIncarnation())
                    .setSequence(lane.getSequence()))
            .build());
  }

  /** What the launcher saw of the former active's process. */
  void formerActiveSeen(Loss seen) {
    record.seen(seen);
  }

  long term() {
    return term;
  }

  long incarnation() {
    return incarnation;
  }

  long taken() {
    return taken;
  }

  PeerFeed feed() {
    return feed;
  }

  EngineHost host() {
    return host;
  }

  List<String> faulty() {
    return faulty;
  }

  /** An element of the forwarder's stream. */
  void input(ForwarderInput message) {
    if (message.getNumber() != 0) {
      if (message.getNumber() <= taken) {
        return;
      }
      taken = message.getNumber();
    }
    Moment at =
        new Moment(
            new SwitchTime(Math.max(message.getStampNanos(), last.now().nanos())),
            message.getWallMillis());
    long learned = 0;
    Input input =
        switch (message.getKindCase()) {
          case FRAME ->
              new Input.Frame(
                  message.getFrame().getPort(),
                  message.getFrame().getFrame(),
                  message.getFrame().getTrafficClass());
          case TICK -> {
            tick = message.getTick().getTick();
            yield new Input.Tick(tick);
          }
          case LINK -> new Input.Link(message.getLink().getPort(), link(message.getLink()));
          case LEARNED -> {
            learned = Math.max(1, message.getLearned().getSequence());
            yield new Input.Learned(message.getLearned());
          }
          case LOST -> {
            record.cause(
                CauseCode.INPUT_LOST,
                message.getLost().getCount() + " frames of port " + message.getLost().getPort());
            yield new Input.Lost(
                message.getLost().getPort(),
                message.getLost().getCount(),
                message.getLost().getTrafficClass());
          }
          case SKIPPED -> {
            record.cause(
                CauseCode.INPUT_QUARANTINED,
                "input " + message.getSkipped().getSkipped() + " ended two sessions");
            environment.event(
                Severity.ERROR,
                "INPUT_QUARANTINED",
                "input "
                    + message.getSkipped().getSkipped()
                    + " from port "
                    + message.getSkipped().getPort()
                    + " was given to two sessions and consumed by neither; it is put aside");
            yield new Input.Skipped(
                message.getSkipped().getSkipped(),
                message.getSkipped().getPort(),
                message.getSkipped().getTick());
          }
          case OUTPUT_FAILED ->
              new Input.OutputFailed(
                  message.getOutputFailed().getBracket(),
                  message.getOutputFailed().getIndex(),
                  message.getOutputFailed().getPort(),
                  message.getOutputFailed().getReason());
          case FAIL_SAFE -> {
            String engine = message.getFailSafe().getEngine();
            if (!host.isFaulty(engine) && message.getFailSafe().getPortStatesCount() > 0) {
              String what = TermStart.undriven(engine);
              record.cause(CauseCode.TIMER_LATE, what);
              environment.event(Severity.WARNING, "FAIL_SAFE", what);
            }
            yield new Input.FailSafeCarriedOut(engine, message.getFailSafe().getPortStatesList());
          }
          // A newer forwarder's kind of input: consumed without effect.
          case KIND_NOT_SET -> new Input.Lost(0, 0, "");
        };
    step(input, at, List.of(), learned, Optional.empty());
    if (input instanceof Input.Tick) {
      answers.tick();
      digestWhenDue();
    }
  }

  private static Input.LinkState link(LinkInput link) {
    return new Input.LinkState(
        link.getPresent(),
        link.getUp(),
        link.getDownCount(),
        link.getSpeedMbps(),
        link.getFullDuplex(),
        link.getMtu(),
        link.getError());
  }

  /** A person's request; it happens at the time of the last input. */
  void request(Input.Request request) {
    step(request, last, List.of(), 0, Optional.of(request.requestId()));
  }

  /** A result that has nothing to do with engines, kept for a retry. */
  void note(String requestId, boolean ok, String text) {
    emit(
        List.of(RowChange.put(requestRow(requestId, ok, text))),
        List.of(),
        last,
        0,
        host.nextDeadline());
  }

  private RequestRow requestRow(String requestId, boolean ok, String text) {
    return RequestRow.newBuilder()
        .setKey(RequestRow.Key.newBuilder().setRequestId(requestId))
        .setOk(ok)
        .setResult(text)
        .setSequence(
            image.rows(RequestRow.getDefaultInstance()).stream()
                    .mapToLong(RequestRow::getSequence)
                    .max()
                    .orElse(0)
                + 1)
        .build();
  }

  /** Rows that no engine owns; the answer waits for the fence as any other. */
  void change(String requestId, boolean person, BiFunction<ImageView, Moment, Change> decide) {
    Change change = decide.apply(image, last);
    List<RowChange> rows = new ArrayList<>();
    change.rows().forEach(row -> rows.add(RowChange.put(row)));
    change.gone().forEach(row -> rows.add(RowChange.delete(row)));
    if (rows.isEmpty()) {
      environment.answer(requestId, change.ok(), change.text(), 0);
      return;
    }
    if (person) {
      rows.add(RowChange.put(requestRow(requestId, change.ok(), change.text())));
    }
    long number = emit(rows, List.of(), last, 0, host.nextDeadline());
    answers.add(
        requestId, number, new Step.Answer(change.ok(), change.text()), 0, feed.streaming());
  }

  private void step(
      Input input, Moment at, List<RowChange> extra, long learned, Optional<String> requestId) {
    Check.that(at.now().nanos() >= last.now().nanos(), "time never goes back", at, last);
    last = at;
    Result result = host.on(input, at);
    List<RowChange> rows = new ArrayList<>(extra);
    rows.addAll(result.rows());
    rows.addAll(record.changes(at));
    long version = configurationVersion(result.rows());
    long number = emit(rows, result.outputs(), at, learned, result.wakeAt());
    for (String event : result.events()) {
      environment.event(Severity.ERROR, "ENGINE_EXCEPTION", event);
      faulty = host.faulty();
      if (!faulty.isEmpty()) {
        record.cause(CauseCode.ENGINE_FAULTY, event);
      }
    }
    if (version != 0) {
      toStore.put(number, settings.homes().export(image));
    }
    requestId.ifPresent(id ->
        answers.add(
            id,
            number,
            result.answer().orElse(new Step.Answer(false, "no engine answered")),
            version,
            feed.streaming()));
  }

  private static long configurationVersion(List<RowChange> rows) {
    int table = Tables.number(ConfigRow.getDefaultInstance());
    for (RowChange row : rows) {
      ByteString value = row.value();
      if (row.key().table() == table && value != null) {
        try {
          return ConfigRow.parseFrom(value).getVersion();
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("an engine's own row can't be read back", e);
        }
      }
    }
    return 0;
  }

  private long emit(
      List<RowChange> rows,
      List<Output> outputs,
      Moment at,
      long learned,
      Optional<SwitchTime> wakeAt) {
    long number = image.position().number() + 1;
    Open open =
        Open.newBuilder()
            .setTerm(term)
            .setNumber(number)
            .setKind(BracketKind.BRACKET_KIND_STEP)
            .setConsumed(taken)
            .setNowNanos(at.now().nanos())
            .setWallMillis(at.wallMillis())
            .setWakeAtNanos(wakeAt.map(SwitchTime::nanos).orElse(0L))
            .setIncarnation(incarnation)
            .build();
    Bracket bracket = new Bracket(open, rows, outputs.stream().map(Output::toByteString).toList());
    image.apply(bracket.rows(), bracket.position(), bracket.mark());
    log.add(bracket);
    retained.put(number, bracket.outputsOnly());
    feed.made(bracket);
    toForwarder(bracket, outputs, learned);
    return number;
  }

  /**
   * How far the forwarder may go on with learned addresses: it gives another batch for each that is
   * done. A standby that is behind and struck from the list holds up nobody, so while the stream to
   * it is full no batch is said to be done; what waits for it would delay the forwarder's own.
   */
  private long learnedDone(long batch) {
    if (batch != 0) {
      learnedDone.add(batch);
    }
    return learnedDone.isEmpty() || (feed.streaming() && !environment.peerReady())
        ? 0
        : learnedDone.remove();
  }

  private void toForwarder(Bracket bracket, List<Output> outputs, long learned) {
    if (heard) {
      environment.toForwarder(
          ToForwarder.newBuilder()
              .setBracket(
                  bracket
                      .forForwarder(term, incarnation, outputs)
                      .setTick(tick)
                      .setLearnedSequence(learnedDone(learned))
                      .setHealth(Health.newBuilder().addAllFaultyEngines(faulty)))
              .build());
    }
  }

  /** The forwarder has carried out brackets up to this one. */
  void applied(long number, long stampNanos) {
    if (number >= firstOutput) {
      record.firstApplied(stampNanos, image);
    }
    answers.applied(number);
    storeApplied(number);
  }

  /**
   * Puts on this module's disk what is carried out, and nothing before: a configuration whose
   * bracket is lost with this term must not be found there later and taken for the switch's.
   */
  private void storeApplied(long number) {
    Map.Entry<Long, StoredConfiguration> newest = toStore.floorEntry(number);
    if (newest != null) {
      environment.store(newest.getValue());
      toStore.headMap(number, true).clear();
    }
  }

  /** Whether a configuration waits to be carried out before it is stored. */
  boolean hasUnstored() {
    return !toStore.isEmpty();
  }

  private void digestWhenDue() {
    if (--ticksToDigest <= 0) {
      ConfigRow config =
          image
              .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
              .orElse(ConfigRow.getDefaultInstance());
      long tickMillis = Math.max(1, config.getConfig().getRedundancy().getTickMillis());
      ticksToDigest =
          Math.max(
              1,
              config.getConfig().getRedundancy().getDigestIntervalSeconds() * 1000L / tickMillis);
      feed.startDigests();
    }
  }
}
