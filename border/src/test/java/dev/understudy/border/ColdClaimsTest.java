package dev.understudy.border;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Position;
import dev.understudy.schema.Slot;
import org.junit.jupiter.api.Test;

final class ColdClaimsTest {
  private final ColdClaims claims = new ColdClaims();

  private static Claim.Builder holding(long term, long number) {
    return Claim.newBuilder()
        .setKind(ClaimKind.COLD)
        .setHeld(Position.newBuilder().setTerm(term).setNumber(number));
  }

  private void both(Claim.Builder a, Claim.Builder b) {
    claims.add(Slot.SLOT_A, a.build(), 0);
    claims.add(Slot.SLOT_B, b.build(), 0);
  }

  @Test
  void the_newest_image_wins_whatever_its_holder_was() {
    both(holding(3, 7).setWasActive(true).setConfigurationVersion(9), holding(3, 8));
    assertThat(claims.winner(0, 0)).contains(Slot.SLOT_B);
  }

  @Test
  void among_equal_images_whoever_was_active_goes_on() {
    both(holding(3, 8).setConfigurationVersion(9), holding(3, 8).setWasActive(true));
    assertThat(claims.winner(0, 0)).contains(Slot.SLOT_B);
  }

  @Test
  void then_the_newest_configuration_wins_and_then_slot_a() {
    both(holding(3, 8), holding(3, 8).setConfigurationVersion(9));
    assertThat(claims.winner(0, 0)).contains(Slot.SLOT_B);
    both(holding(3, 8), holding(3, 8));
    assertThat(claims.winner(0, 0)).contains(Slot.SLOT_A);
  }

  @Test
  void the_better_one_is_waited_for_but_not_for_long() {
    claims.add(Slot.SLOT_B, holding(3, 8).build(), 5);
    assertThat(claims.winner(9, ColdClaims.WAIT_NANOS)).isEmpty();
    assertThat(claims.winner(9, 5 + ColdClaims.WAIT_NANOS)).contains(Slot.SLOT_B);
    assertThat(claims.winner(8, 5)).contains(Slot.SLOT_B);
  }
}
