package dev.understudy.core;

import com.google.protobuf.Message;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.EngineRow;
import dev.understudy.schema.FailSafeRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PuntRow;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.TimerRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs one input through all engines. Signals of one engine go to all others, in order, until none
 * is left; all of it is one step.
 *
 * <p><b>Poison.</b> An exception in an engine discards the whole step, rebuilds the engines from
 * the image and consumes the input without effect. When the same engine throws again at its very
 * next input, or can't be restored at all, it is FAULTY: it gets nothing any more, its fail-safe
 * outputs take over at the forwarder, and the others go on. What says how things are, and is said
 * once, like a link's state, is given to the engines again at once: no engine's exception takes it
 * from the others, and an engine that can't take it is FAULTY.
 */
public final class EngineHost {
  /** Signals of one step; more is a loop between engines. */
  static final int SIGNALS_MAX = 100_000;

  /** An engine that throws at so many inputs in a row is FAULTY. */
  static final int EXCEPTIONS_IN_A_ROW_MAX = 2;

  /** Requests whose results are kept. */
  static final int REQUESTS_KEPT = 256;

  /** Tables in which each engine has rows of its own: its name is in the key. */
  private static final List<Message> SHARED_TABLES =
      List.of(
          TimerRow.getDefaultInstance(),
          PuntRow.getDefaultInstance(),
          FailSafeRow.getDefaultInstance(),
          CounterRow.getDefaultInstance());

  private final List<EngineType> types;
  private final Image image;
  private final LinkedHashMap<String, Engine> engines = new LinkedHashMap<>();
  private final TreeMap<String, Integer> exceptionsInARow = new TreeMap<>();
  private boolean fullScan;
  private final List<EngineRow> unreported = new ArrayList<>();
  private @Nullable Fault fault;

  /** What a fault injection does before an engine gets an input. */
  @FunctionalInterface
  public interface Fault {
    void before(String engine, Input input);
  }

  /**
   * Engines restored from an image. The image is read only here; the caller applies results to it.
   *
   * @param types in the order in which engines get each input
   */
  public EngineHost(List<EngineType> types, Image image) {
    this.types = List.copyOf(types);
    this.image = image;
    rebuild();
  }

  /**
   * In tests: after each step every row of every engine is compared, so that no forgotten mark
   * stays hidden.
   */
  public void setFullScan(boolean on) {
    fullScan = on;
  }

  /** Fault injection; null switches it off. */
  public void setFault(@Nullable Fault injected) {
    fault = injected;
  }

  /**
   * Makes all engines anew from the image; one that can't be restored becomes FAULTY with the next
   * step.
   */
  public void rebuild() {
    unreported.clear();
    engines.clear();
    for (EngineType type : types) {
      if (!isFaulty(type.name())) {
        restore(type);
      }
    }
  }

  private void restore(EngineType type) {
    try {
      engines.put(type.name(), type.restore(image));
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      unreported.add(
          engineRow(type.name()).setFaulty(true).setReason("not restored: " + e).build());
    }
  }

  public boolean isFaulty(String engine) {
    return isFaulty(engine, image);
  }

  private static boolean isFaulty(String engine, ImageView image) {
    return image.row(engineRow(engine).build()).map(EngineRow::getFaulty).orElse(false);
  }

  /**
   * What must change in an image so that its FAULTY engines get another try, as they do from each
   * new active: it may be of another release, or what made them fail may be gone.
   */
  public static List<RowChange> anotherTry(List<EngineType> types, Image image) {
    List<RowChange> changes = new ArrayList<>();
    for (EngineType type : types) {
      Optional<EngineRow> row =
          image.row(engineRow(type.name()).build()).filter(EngineRow::getFaulty);
      if (row.isPresent()) {
        changes.add(RowChange.put(row.get().toBuilder().clearFaulty().build()));
        if (type.beginsAnew()) {
          ownRows(type, image).forEach(own -> changes.add(RowChange.delete(own)));
        }
      }
    }
    return changes;
  }

  /** The rows of each engine in service. */
  Map<String, List<Message>> export() {
    LinkedHashMap<String, List<Message>> rows = new LinkedHashMap<>();
    engines.forEach((name, engine) -> rows.put(name, engine.export()));
    return rows;
  }

  /** Which engine each table belongs to that belongs to one alone. */
  Map<Integer, String> owners() {
    TreeMap<Integer, String> owners = new TreeMap<>();
    types.forEach(
        type -> type.tables().forEach(table -> owners.put(Tables.number(table), type.name())));
    return owners;
  }

  /** Why engines could not be made of their rows, until the next step says so. */
  List<String> notRestored() {
    return unreported.stream()
        .map(row -> "engine " + row.getKey().getEngine() + ": " + row.getReason())
        .toList();
  }

  /** Names of engines that are out of service, in order. */
  public List<String> faulty() {
    return faulty(types, image);
  }

  /** The same, as an image has them. */
  public static List<String> faulty(List<EngineType> types, ImageView image) {
    return types.stream().map(EngineType::name).filter(name -> isFaulty(name, image)).toList();
  }

  public Optional<SwitchTime> nextDeadline() {
    Optional<SwitchTime> next = Optional.empty();
    for (Engine engine : engines.values()) {
      Optional<SwitchTime> deadline = engine.nextDeadline();
      if (deadline.isPresent() && (next.isEmpty() || next.get().isAfter(deadline.get()))) {
        next = deadline;
      }
    }
    return next;
  }

  /** Takes one input. The caller must apply the result's rows to the image before the next one. */
  public Result on(Input input, Moment at) {
    if (input instanceof Input.Request request) {
      Optional<RequestRow> done = image.row(requestRow(request.requestId()).build());
      if (done.isPresent()) {
        return result(
            new Pass(), Optional.of(new Step.Answer(done.get().getOk(), done.get().getResult())));
      }
    }
    if (input instanceof Input.Skipped skipped && skipped.tick()) {
      return skippedTick(at);
    }
    Pass pass = new Pass();
    while (true) {
      try {
        run(input, at, pass);
        break;
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        pass = failed(pass, input, e);
        if (!isSaidOnce(input)) {
          return result(pass, Optional.of(refusal(pass.faults.firstKey())));
        }
      }
    }
    exceptionsInARow.keySet().removeAll(pass.ran);
    if (input instanceof Input.Request request) {
      recordRequest(request, pass);
    }
    if (fullScan) {
      scan(pass);
    }
    return result(pass, pass.answer);
  }

  /** What one step has gathered so far. */
  private static final class Pass {
    final LinkedHashMap<RowKey, RowChange> rows = new LinkedHashMap<>();
    final TreeMap<String, EngineRow> faults = new TreeMap<>();
    final List<Output> outputs = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<String> ran = new ArrayList<>();
    Optional<Step.Answer> answer = Optional.empty();
    String running = "";

    void add(Step step) {
      for (RowChange row : step.rows()) {
        rows.put(row.key(), row);
      }
      outputs.addAll(step.outputs());
      if (step.answer().isPresent()) {
        answer = step.answer();
      }
    }
  }

  private record Delivery(Input input, String from) {}

  private void run(Input first, Moment at, Pass pass) {
    ArrayDeque<Delivery> queue = new ArrayDeque<>();
    queue.add(new Delivery(first, ""));
    int deliveries = 0;
    while (!queue.isEmpty()) {
      Check.that(++deliveries <= SIGNALS_MAX, "signals of one step come to an end", first);
      Delivery delivery = queue.remove();
      for (var entry : engines.entrySet()) {
        if (entry.getKey().equals(delivery.from)) {
          continue;
        }
        pass.running = entry.getKey();
        if (fault != null) {
          fault.before(entry.getKey(), delivery.input);
        }
        Step step = entry.getValue().on(delivery.input, at);
        pass.ran.add(entry.getKey());
        pass.add(step);
        for (Input.Signal signal : step.signals()) {
          queue.add(new Delivery(signal, entry.getKey()));
        }
      }
    }
  }

  private Result result(Pass pass, Optional<Step.Answer> answer) {
    pass.faults.values().forEach(row -> pass.rows.put(Tables.key(row), RowChange.put(row)));
    for (EngineRow row : unreported) {
      pass.rows.put(Tables.key(row), RowChange.put(row));
      pass.events.add("engine " + row.getKey().getEngine() + " is FAULTY: " + row.getReason());
    }
    unreported.clear();
    List<RowChange> changed = new ArrayList<>();
    for (RowChange row : pass.rows.values()) {
      if (image.has(row)) {
        continue;
      }
      RowChange whole =
          image.octets(row.key()).map(held -> UnknownFields.keep(row, held)).orElse(row);
      if (!image.has(whole)) {
        changed.add(whole);
      }
    }
    return new Result(changed, pass.outputs, answer, nextDeadline(), pass.events);
  }

  private static Step.Answer refusal(String engine) {
    return new Step.Answer(
        false,
        "engine "
            + engine
            + " failed at this request: nothing was changed; ask again, or see show log");
  }

  private static boolean isSaidOnce(Input input) {
    return switch (input) {
      case Input.Frame _, Input.Tick _, Input.Lost _, Input.Skipped _, Input.Request _ -> false;
      case Input.Link _,
          Input.Learned _,
          Input.OutputFailed _,
          Input.FailSafeCarriedOut _,
          Input.Signal _ ->
          true;
    };
  }

  /** Nothing of a step is left but that an engine threw; the engines are made anew. */
  private Pass failed(Pass before, Input input, Throwable cause) {
    String engine = before.running;
    int inARow = exceptionsInARow.merge(engine, 1, Integer::sum);
    Pass pass = new Pass();
    pass.faults.putAll(before.faults);
    pass.events.addAll(before.events);
    EngineRow.Builder row =
        pass
            .faults
            .getOrDefault(
                engine, image.row(engineRow(engine).build()).orElse(engineRow(engine).build()))
            .toBuilder();
    row.setExceptions(row.getExceptions() + 1).setReason(kind(input) + ": " + cause);
    pass.events.add(
        "engine "
            + engine
            + " threw at "
            + kind(input)
            + " and was rebuilt from its rows: "
            + cause);
    if (inARow >= EXCEPTIONS_IN_A_ROW_MAX) {
      row.setFaulty(true);
      pass.events.add("engine " + engine + " is FAULTY after " + inARow + " exceptions in a row");
    }
    pass.faults.put(engine, row.build());
    rebuildAfter(pass);
    return pass;
  }

  /** A tick that killed two sessions: whoever had a timer due then is to blame. */
  private Result skippedTick(Moment at) {
    Pass pass = new Pass();
    engines.forEach((name, engine) -> {
      if (engine.nextDeadline().filter(deadline -> !deadline.isAfter(at.now())).isPresent()) {
        pass.faults.put(
            name, engineRow(name).setFaulty(true).setReason("a timer killed two sessions").build());
        pass.events.add("engine " + name + " is FAULTY: one of its timers killed two sessions");
      }
    });
    rebuildAfter(pass);
    return result(pass, Optional.empty());
  }

  /** Rebuilds all engines but those that are or become faulty. */
  private void rebuildAfter(Pass pass) {
    rebuild();
    pass.faults.forEach((name, row) -> {
      if (row.getFaulty()) {
        engines.remove(name);
      }
    });
  }

  private void recordRequest(Input.Request request, Pass pass) {
    List<RequestRow> kept =
        image.rows(RequestRow.getDefaultInstance()).stream()
            .sorted(Comparator.comparingLong(RequestRow::getSequence))
            .toList();
    Step.Answer answer = pass.answer.orElse(new Step.Answer(false, "no engine knows this request"));
    pass.answer = Optional.of(answer);
    RequestRow row =
        requestRow(request.requestId())
            .setOk(answer.ok())
            .setResult(answer.text())
            .setSequence(kept.isEmpty() ? 1 : kept.getLast().getSequence() + 1)
            .build();
    pass.rows.put(Tables.key(row), RowChange.put(row));
    for (int i = 0; i <= kept.size() - REQUESTS_KEPT; i++) {
      pass.rows.put(Tables.key(kept.get(i)), RowChange.delete(kept.get(i)));
    }
  }

  /**
   * Every row of every engine must be in the image or in this step, and nothing else may be in
   * their tables.
   */
  private void scan(Pass pass) {
    Image after = image.copy();
    pass.rows.values().forEach(after::apply);
    for (EngineType type : types) {
      Engine engine = engines.get(type.name());
      if (engine == null) {
        continue;
      }
      Collection<Message> exported = engine.export();
      for (Message row : exported) {
        Check.that(
            after.has(RowChange.put(row)),
            "an engine marks each row that it changes",
            type.name(),
            Tables.name(Tables.number(row)),
            row);
      }
      long held = ownRows(type, after).size();
      Check.that(
          held == exported.size(),
          "an engine deletes each row that it drops",
          type.name(),
          held,
          exported.size());
    }
  }

  private static List<Message> ownRows(EngineType type, Image image) {
    List<Message> rows = new ArrayList<>();
    for (Message table : SHARED_TABLES) {
      image.rows(table).stream()
          .filter(row -> engineInKey(row).equals(type.name()))
          .forEach(rows::add);
    }
    type.tables().forEach(table -> rows.addAll(image.rows(table)));
    return rows;
  }

  /** Whether rows of several engines are in this row's table. */
  static boolean isShared(Message row) {
    return SHARED_TABLES.contains(row.getDefaultInstanceForType());
  }

  /** The engine to which a row of a shared table belongs. */
  static String engineInKey(Message row) {
    Message key =
        (Message) row.getField(row.getDescriptorForType().findFieldByNumber(Tables.KEY_FIELD));
    return (String) key.getField(key.getDescriptorForType().findFieldByName("engine"));
  }

  private static String kind(Input input) {
    return input.getClass().getSimpleName()
        + (input instanceof Input.Frame frame ? " on port " + frame.port() : "");
  }

  private static EngineRow.Builder engineRow(String engine) {
    return EngineRow.newBuilder().setKey(EngineRow.Key.newBuilder().setEngine(engine));
  }

  private static RequestRow.Builder requestRow(String id) {
    return RequestRow.newBuilder().setKey(RequestRow.Key.newBuilder().setRequestId(id));
  }
}
