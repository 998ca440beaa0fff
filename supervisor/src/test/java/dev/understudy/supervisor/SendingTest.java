package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Close;
import dev.understudy.schema.Open;
import dev.understudy.schema.Output;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.ToForwarder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SendingTest {
  private final List<String> sent = new ArrayList<>();

  private Sending sending(Supervisor.Breakage breakage) {
    return new Sending(
        message ->
            sent.add(
                "forwarder "
                    + message.getBracket().getNumber()
                    + " with "
                    + message.getBracket().getOutputsCount()),
        message -> sent.add("peer " + message.getKindCase()),
        breakage,
        () -> sent.add("dies"));
  }

  private static void bracket(Sending sending, long number, long madeIn, int frames) {
    sending.toPeer(CanonicalMessage.newBuilder().setOpen(Open.getDefaultInstance()).build());
    sending.toPeer(CanonicalMessage.newBuilder().setClose(Close.getDefaultInstance()).build());
    BorderBracket.Builder bracket =
        BorderBracket.newBuilder().setTerm(2).setMadeInTerm(madeIn).setNumber(number);
    for (int i = 0; i < frames; i++) {
      bracket.addOutputs(Output.newBuilder().setSendFrame(SendFrame.getDefaultInstance()));
    }
    sending.toForwarder(ToForwarder.newBuilder().setBracket(bracket).build());
  }

  @Test
  void a_bracket_goes_to_the_standby_first() {
    bracket(sending(Supervisor.Breakage.NONE), 7, 2, 1);
    assertThat(sent).containsExactly("peer OPEN", "peer CLOSE", "forwarder 7 with 1");
  }

  @Test
  void the_last_bracket_with_a_frame_reaches_the_forwarder_only() {
    Sending sending = sending(Supervisor.Breakage.NONE);
    sending.dieHalfSent(Sending.Reaches.FORWARDER);
    bracket(sending, 7, 2, 0);
    bracket(sending, 8, 2, 1);
    assertThat(sent)
        .containsExactly(
            "peer OPEN", "peer CLOSE", "forwarder 7 with 0", "forwarder 8 with 1", "dies");
  }

  @Test
  void the_last_bracket_with_a_frame_reaches_the_standby_only() {
    Sending sending = sending(Supervisor.Breakage.NONE);
    sending.dieHalfSent(Sending.Reaches.STANDBY);
    bracket(sending, 7, 2, 0);
    bracket(sending, 8, 2, 1);
    assertThat(sent)
        .containsExactly(
            "peer OPEN", "peer CLOSE", "forwarder 7 with 0", "peer OPEN", "peer CLOSE", "dies");
  }

  @Test
  void what_is_sent_again_after_a_takeover_loses_its_outputs_only_when_that_is_broken() {
    bracket(sending(Supervisor.Breakage.SKIP_RESEND), 7, 1, 2);
    bracket(sending(Supervisor.Breakage.SKIP_RESEND), 8, 2, 2);
    bracket(sending(Supervisor.Breakage.NONE), 7, 1, 2);
    assertThat(sent)
        .filteredOn(line -> line.startsWith("forwarder"))
        .containsExactly("forwarder 7 with 0", "forwarder 8 with 2", "forwarder 7 with 2");
  }
}
