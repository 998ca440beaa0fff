package dev.understudy.protocols.configuration;

import static dev.understudy.protocols.EngineBench.config;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Input;
import dev.understudy.core.Result;
import dev.understudy.core.Step;
import dev.understudy.protocols.EngineBench;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.StoredConfiguration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConfigurationEngineTest {
  private static final Config FIRST = config("p1", "p2").build();
  private static final Config SECOND = config("p1", "p2", "p3").build();
  private static final Config THIRD = config("p3").setAgeingSeconds(60).build();

  private final EngineBench bench = new EngineBench();

  private ConfigRow inForce() {
    return bench
        .image()
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .orElseThrow();
  }

  private static Step.Answer answer(Result result) {
    return result.answer().orElseThrow();
  }

  private static StoredConfiguration cell(Result result) {
    Output output =
        result.outputs().stream().filter(Output::hasStoreConfiguration).findFirst().orElseThrow();
    try {
      return StoredConfiguration.parseFrom(output.getStoreConfiguration().getCell().getOctets());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void first_start_takes_the_stored_configuration_and_tells_the_others() {
    Result result = bench.start(FIRST);

    assertThat(bench.signals(Input.ConfigurationChanged.class))
        .singleElement()
        .satisfies(changed -> {
          assertThat(changed.before()).isEqualTo(Config.getDefaultInstance());
          assertThat(changed.now()).isEqualTo(FIRST);
          assertThat(changed.identities())
              .extracting(PortIdentityRow::getNumber)
              .containsExactly(1, 2);
        });
    assertThat(inForce().getVersion()).isEqualTo(1);
    assertThat(inForce().getAppliedWallMillis()).isPositive();
    assertThat(StoredConfigurations.from(bench.image())).isEqualTo(cell(result));
    // By which the forwarder tells its own supervisors from another switch's.
    assertThat(result.outputs())
        .filteredOn(Output::hasStoreConfiguration)
        .singleElement()
        .satisfies(output ->
            assertThat(output.getStoreConfiguration().getSwitchUuid())
                .hasSize(StoredConfigurations.UUID_LENGTH)
                .isEqualTo(cell(result).getIdentity().getUuid()));
  }

  @Test
  void a_hitless_start_is_an_empty_step() {
    bench.start(FIRST);
    bench.restore();

    Result result = bench.start(Input.Start.HITLESS, Optional.of(EngineBench.stored(SECOND)));

    assertThat(result.rows()).isEmpty();
    assertThat(result.outputs()).isEmpty();
    assertThat(bench.signals()).containsOnly(bench.signals().getFirst());
  }

  @Test
  void a_new_forwarder_is_given_its_copy_again() {
    bench.start(FIRST);

    Result result = bench.start(Input.Start.NEW_FORWARDER, Optional.empty());

    assertThat(cell(result)).isEqualTo(StoredConfigurations.from(bench.image()));
    assertThat(bench.signals(Input.ConfigurationChanged.class)).isEmpty();
  }

  @Test
  void a_start_without_any_configuration_has_no_ports_and_refuses_to_apply() {
    Result result = bench.start(Input.Start.UNSYNCED, Optional.empty());
    assertThat(result.rows()).isEmpty();
    assertThat(result.outputs()).isEmpty();

    assertThat(answer(bench.apply(FIRST)).ok()).isFalse();
    assertThat(answer(bench.on(new Input.ConfirmConfiguration(bench.requestId()))).ok()).isFalse();
    assertThat(answer(bench.on(new Input.RollBackConfiguration(bench.requestId(), 1))).ok())
        .isFalse();
  }

  @Test
  void an_unsynced_start_takes_a_stored_configuration_that_descends_from_its_own() {
    bench.start(FIRST);
    EngineBench other = new EngineBench();
    other.start(FIRST);
    other.apply(SECOND);
    StoredConfiguration newer = StoredConfigurations.from(other.image());

    bench.start(Input.Start.UNSYNCED, Optional.of(newer));

    assertThat(StoredConfigurations.from(bench.image())).isEqualTo(newer);
    assertThat(bench.signals(Input.ConfigurationChanged.class))
        .containsExactly(
            new Input.ConfigurationChanged(FIRST, SECOND, newer.getPortIdentitiesList()));
  }

  @Test
  void an_unsynced_start_keeps_its_own_against_an_older_or_diverged_one() {
    bench.start(FIRST);
    bench.apply(SECOND);
    EngineBench other = new EngineBench();
    other.start(FIRST);
    StoredConfiguration older = StoredConfigurations.from(other.image());
    other.apply(THIRD);
    other.apply(FIRST);
    StoredConfiguration diverged = StoredConfigurations.from(other.image());
    StoredConfiguration own = StoredConfigurations.from(bench.image());

    for (StoredConfiguration stored : List.of(older, diverged)) {
      bench.start(Input.Start.UNSYNCED, Optional.of(stored));
      assertThat(StoredConfigurations.from(bench.image())).isEqualTo(own);
    }
  }

  @Test
  void applying_makes_the_next_version_and_stores_it_before_the_answer() {
    bench.start(FIRST);
    Result result = bench.apply(SECOND);

    assertThat(answer(result))
        .isEqualTo(new Step.Answer(true, "configuration version 2 is in force"));
    assertThat(bench.signals(Input.ConfigurationChanged.class).getFirst().before())
        .isEqualTo(FIRST);
    StoredConfiguration stored = cell(result);
    assertThat(stored.getConfig().getConfig()).isEqualTo(SECOND);
    assertThat(stored.getHistoryCount()).isEqualTo(2);
    assertThat(stored.getLineageList()).extracting(v -> v.getVersion()).containsExactly(1L, 2L);
  }

  @Test
  void a_retried_request_is_answered_and_not_done_twice() {
    bench.start(FIRST);
    Input apply = new Input.ApplyConfiguration("same", SECOND, 0, "");
    Step.Answer answer = answer(bench.on(apply));
    Result again = bench.on(apply);
    assertThat(answer(again)).isEqualTo(answer);
    assertThat(again.rows()).isEmpty();
    assertThat(inForce().getVersion()).isEqualTo(2);
  }

  @Test
  void the_same_content_again_changes_nothing() {
    bench.start(FIRST);
    Result result = bench.apply(FIRST);
    assertThat(answer(result).ok()).isTrue();
    assertThat(result.outputs()).isEmpty();
    assertThat(inForce().getVersion()).isEqualTo(1);
  }

  @Test
  void a_port_keeps_number_and_address_for_life() {
    bench.start(FIRST);
    bench.apply(THIRD);
    bench.apply(config("p9", "p2", "p1").build());

    List<PortIdentityRow> identities =
        StoredConfigurations.from(bench.image()).getPortIdentitiesList();
    assertThat(identities)
        .extracting(row -> row.getKey().getName())
        .containsExactly("p1", "p2", "p3", "p9");
    assertThat(identities).extracting(PortIdentityRow::getNumber).containsExactly(1, 2, 3, 4);
    assertThat(identities)
        .extracting(row -> PortIdentities.mac(row.getMac()).toString())
        .containsExactly(
            "02:00:00:00:10:01", "02:00:00:00:10:02", "02:00:00:00:10:03", "02:00:00:00:10:04");
  }

  @Test
  void port_numbers_run_out_with_a_sentence() {
    bench.start(FIRST);
    String[] names = new String[2046];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < names.length; i++) {
        names[i] = "r" + round + "-" + i;
      }
      assertThat(answer(bench.apply(config(names).build())).ok()).isTrue();
    }
    assertThat(answer(bench.apply(config("last").build())).ok()).isTrue();
    Step.Answer refused = answer(bench.apply(config("one-more").build()));
    assertThat(refused.ok()).isFalse();
    assertThat(refused.text()).contains("no port numbers are left");
  }

  @Test
  void port_addresses_are_local_and_individual_and_carry_stays_below_the_first_octet() {
    var highest = dev.understudy.wire.MacAddress.parse("00:ff:ff:ff:ff:ff");
    assertThat(PortIdentities.portMac(highest, 1).toString()).isEqualTo("02:00:00:00:00:00");
    assertThat(PortIdentities.portMac(highest, 1).isGroup()).isFalse();
  }

  @Test
  void a_configuration_that_is_not_confirmed_is_withdrawn_at_a_tick() {
    bench.start(FIRST);
    Result result = bench.apply(SECOND, 5);
    assertThat(answer(result).text()).contains("version 1 returns").contains("5 min");
    assertThat(cell(result).getConfig().getConfirmDeadlineNanos()).isPositive();
    assertThat(result.wakeAt()).contains(bench.now().plusSeconds(300));

    bench.passSeconds(299);
    assertThat(bench.tick().outputs()).isEmpty();
    bench.restore();
    bench.passSeconds(1);
    Result withdrawn = bench.tick();

    assertThat(inForce().getVersion()).isEqualTo(3);
    assertThat(inForce().getConfig()).isEqualTo(FIRST);
    assertThat(inForce().getComment()).contains("not confirmed");
    assertThat(cell(withdrawn).getConfig()).isEqualTo(inForce());
    assertThat(bench.signals(Input.ConfigurationChanged.class).getFirst().before())
        .isEqualTo(SECOND);
    Step.Answer late = answer(bench.on(new Input.ConfirmConfiguration(bench.requestId())));
    assertThat(late.ok()).isFalse();
    assertThat(late.text()).contains("version 3 is in force");
  }

  @Test
  void a_confirmed_configuration_stays() {
    bench.start(FIRST);
    StoredConfiguration unconfirmed = cell(bench.apply(SECOND, 5));
    Result result = bench.on(new Input.ConfirmConfiguration(bench.requestId()));
    assertThat(answer(result).ok()).isTrue();
    assertThat(StoredConfigurations.newer(cell(result), unconfirmed))
        .isEqualTo(StoredConfigurations.Relation.A_NEWER);
    bench.passSeconds(1000);
    assertThat(bench.tick().rows()).isEmpty();
    assertThat(inForce().getVersion()).isEqualTo(2);
  }

  @Test
  void what_returns_is_the_last_confirmed_version_also_after_several_unconfirmed_ones() {
    bench.start(FIRST);
    for (int i = 0; i < 30; i++) {
      bench.apply(i % 2 == 0 ? SECOND : THIRD, 5);
      bench.passSeconds(10);
    }
    bench.passSeconds(301);
    bench.tick();
    assertThat(inForce().getConfig()).isEqualTo(FIRST);
    assertThat(inForce().getConfirmDeadlineNanos()).isZero();
  }

  @Test
  void applying_for_good_ends_the_wait() {
    bench.start(FIRST);
    bench.apply(SECOND, 5);
    bench.apply(SECOND, 0);
    bench.passSeconds(1000);
    bench.tick();
    assertThat(inForce().getConfig()).isEqualTo(SECOND);
    assertThat(inForce().getVersion()).isEqualTo(3);
  }

  @Test
  void an_unconfirmed_configuration_does_not_survive_the_loss_of_both_images() {
    bench.start(FIRST);
    StoredConfiguration unconfirmed = cell(bench.apply(SECOND, 60));

    EngineBench anew = new EngineBench();
    anew.start(Input.Start.UNSYNCED, Optional.of(unconfirmed));
    anew.passSeconds(0.02);
    anew.tick();

    assertThat(StoredConfigurations.from(anew.image()).getConfig().getConfig()).isEqualTo(FIRST);
    assertThat(StoredConfigurations.newer(StoredConfigurations.from(anew.image()), unconfirmed))
        .isEqualTo(StoredConfigurations.Relation.A_NEWER);
  }

  @Test
  void impossible_confirmation_times_and_too_large_configurations_are_refused() {
    bench.start(FIRST);
    assertThat(answer(bench.apply(SECOND, -1)).ok()).isFalse();
    assertThat(answer(bench.apply(SECOND, ConfigurationEngine.CONFIRM_MINUTES_MAX + 1)).ok())
        .isFalse();
    Config large =
        SECOND.toBuilder().setName("x".repeat(StoredConfigurations.CONFIG_OCTETS_MAX)).build();
    assertThat(answer(bench.apply(large)).text()).contains("too large");
    assertThat(inForce().getVersion()).isEqualTo(1);
  }

  @Test
  void rolling_back_makes_a_new_version_of_the_old_content() {
    bench.start(FIRST);
    bench.apply(SECOND);
    bench.apply(THIRD);
    Step.Answer answer = answer(bench.on(new Input.RollBackConfiguration(bench.requestId(), 1)));
    assertThat(answer.text())
        .isEqualTo("configuration version 4 is in force, with the content of version 1");
    assertThat(inForce().getConfig()).isEqualTo(FIRST);

    assertThat(answer(bench.on(new Input.RollBackConfiguration(bench.requestId(), 77))).text())
        .isEqualTo("version 77 is not kept; there are versions [1, 2, 3, 4]");
    assertThat(answer(bench.on(new Input.RollBackConfiguration(bench.requestId(), 4))).ok())
        .isFalse();
  }

  @Test
  void twenty_versions_are_kept_and_more_identifiers() {
    bench.start(FIRST);
    for (int i = 2; i <= 300; i++) {
      bench.apply(FIRST.toBuilder().setAgeingSeconds(i).build());
    }
    StoredConfiguration stored = StoredConfigurations.from(bench.image());
    assertThat(stored.getHistoryCount()).isEqualTo(StoredConfigurations.HISTORY_LENGTH_MAX);
    assertThat(stored.getHistory(0).getKey().getVersion()).isEqualTo(281);
    assertThat(stored.getLineageCount()).isEqualTo(StoredConfigurations.LINEAGE_LENGTH_MAX);
    assertThat(ConfigurationView.history(bench.image())).hasSize(20);
    assertThat(ConfigurationView.history(bench.image()).getFirst().inForce()).isTrue();

    EngineBench other = new EngineBench();
    other.start(Input.Start.UNSYNCED, Optional.of(stored));
    assertThat(StoredConfigurations.from(other.image())).isEqualTo(stored);
  }

  @Test
  void large_versions_lose_their_content_first() {
    bench.start(FIRST);
    for (int i = 0; i < 6; i++) {
      bench.apply(FIRST.toBuilder().setName(i + "x".repeat(500_000)).build());
    }
    StoredConfiguration stored = StoredConfigurations.from(bench.image());
    assertThat(stored.getHistoryCount()).isEqualTo(3);
    assertThat(stored.getSerializedSize()).isLessThan(4 << 20);
  }

  @Test
  void copies_are_related_by_lineage_in_random_histories() {
    Random random = new Random(20);
    for (int round = 0; round < 40; round++) {
      EngineBench a = new EngineBench();
      EngineBench b = new EngineBench();
      a.start(FIRST);
      b.start(FIRST);
      int common = random.nextInt(5);
      for (int i = 0; i < common; i++) {
        Config config = FIRST.toBuilder().setAgeingSeconds(1000 + i).build();
        a.apply(config);
        b.apply(config);
      }
      int moreA = random.nextInt(3);
      int moreB = random.nextInt(3);
      for (int i = 0; i < moreA; i++) {
        a.apply(FIRST.toBuilder().setAgeingSeconds(2000 + i).build());
      }
      for (int i = 0; i < moreB; i++) {
        b.apply(FIRST.toBuilder().setAgeingSeconds(3000 + i).build());
      }
      StoredConfiguration storedA = StoredConfigurations.from(a.image());
      StoredConfiguration storedB = StoredConfigurations.from(b.image());
      StoredConfigurations.Relation expected =
          moreA == 0 && moreB == 0
              ? StoredConfigurations.Relation.SAME
              : moreB == 0
                  ? StoredConfigurations.Relation.A_NEWER
                  : moreA == 0
                      ? StoredConfigurations.Relation.B_NEWER
                      : StoredConfigurations.Relation.DIVERGED;
      assertThat(StoredConfigurations.newer(storedA, storedB))
          .as("round %d: %d common, %d and %d more", round, common, moreA, moreB)
          .isEqualTo(expected);
    }
  }

  @Test
  void a_copy_without_a_configuration_is_older_and_one_of_another_switch_is_a_stranger() {
    StoredConfiguration first = EngineBench.stored(FIRST);
    StoredConfiguration none = StoredConfiguration.getDefaultInstance();
    assertThat(StoredConfigurations.newer(none, first))
        .isEqualTo(StoredConfigurations.Relation.B_NEWER);
    assertThat(StoredConfigurations.newer(first, none))
        .isEqualTo(StoredConfigurations.Relation.A_NEWER);
    assertThat(StoredConfigurations.newer(none, none))
        .isEqualTo(StoredConfigurations.Relation.SAME);
    byte[] uuid = new byte[16];
    uuid[0] = 1;
    StoredConfiguration stranger =
        StoredConfigurations.seed(
            FIRST, com.google.protobuf.ByteString.copyFrom(uuid), EngineBench.BRIDGE_MAC);
    assertThat(StoredConfigurations.newer(first, stranger))
        .isEqualTo(StoredConfigurations.Relation.DIVERGED);
  }
}
