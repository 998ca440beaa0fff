package dev.understudy.wire.bpdu;

/**
 * The flags octet of a BPDU, kept whole.
 *
 * <pre>
 *     8     7     6     5    4   3    2     1
 *  +-----+-----+-----+-----+--------+-----+-----+
 *  | TCA | Agr | Fwd | Lrn |  role  | Prp | TC  |
 *  +-----+-----+-----+-----+--------+-----+-----+
 * </pre>
 *
 * In a Configuration BPDU only TC and TCA have a meaning.
 *
 * @param octet 0 to 255
 */
public record BpduFlags(int octet) {
  public static final BpduFlags NONE = new BpduFlags(0);

  private static final int TOPOLOGY_CHANGE = 0x01;
  private static final int PROPOSAL = 0x02;
  private static final int ROLE_MASK = 0x0C;
  private static final int ROLE_SHIFT = 2;
  private static final int LEARNING = 0x10;
  private static final int FORWARDING = 0x20;
  private static final int AGREEMENT = 0x40;
  private static final int TOPOLOGY_CHANGE_ACK = 0x80;

  public BpduFlags {
    Range.octet("flags", octet);
  }

  public boolean topologyChange() {
    return has(TOPOLOGY_CHANGE);
  }

  public boolean proposal() {
    return has(PROPOSAL);
  }

  public BpduPortRole role() {
    return BpduPortRole.ofWire((octet & ROLE_MASK) >> ROLE_SHIFT);
  }

  public boolean learning() {
    return has(LEARNING);
  }

  public boolean forwarding() {
    return has(FORWARDING);
  }

  public boolean agreement() {
    return has(AGREEMENT);
  }

  public boolean topologyChangeAck() {
    return has(TOPOLOGY_CHANGE_ACK);
  }

  public BpduFlags withTopologyChange(boolean on) {
    return with(TOPOLOGY_CHANGE, on);
  }

  public BpduFlags withProposal(boolean on) {
    return with(PROPOSAL, on);
  }

  public BpduFlags withRole(BpduPortRole role) {
    return new BpduFlags((octet & ~ROLE_MASK) | (role.wire() << ROLE_SHIFT));
  }

  public BpduFlags withLearning(boolean on) {
    return with(LEARNING, on);
  }

  public BpduFlags withForwarding(boolean on) {
    return with(FORWARDING, on);
  }

  public BpduFlags withAgreement(boolean on) {
    return with(AGREEMENT, on);
  }

  public BpduFlags withTopologyChangeAck(boolean on) {
    return with(TOPOLOGY_CHANGE_ACK, on);
  }

  private boolean has(int bit) {
    return (octet & bit) != 0;
  }

  private BpduFlags with(int bit, boolean on) {
    return new BpduFlags(on ? octet | bit : octet & ~bit);
  }

  /** For example {@code designated learning forwarding agreement (0x7c)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(64);
    text.append(
        switch (role()) {
          case UNKNOWN -> "unknown";
          case ALTERNATE_OR_BACKUP -> "alternate-or-backup";
          case ROOT -> "root";
          case DESIGNATED -> "designated";
        });
    append(text, topologyChange(), " topology-change");
    append(text, proposal(), " proposal");
    append(text, learning(), " learning");
    append(text, forwarding(), " forwarding");
    append(text, agreement(), " agreement");
    append(text, topologyChangeAck(), " topology-change-ack");
    return text.append(" (0x").append(Integer.toHexString(octet)).append(')').toString();
  }

  private static void append(StringBuilder text, boolean on, String name) {
    if (on) {
      text.append(name);
    }
  }
}
