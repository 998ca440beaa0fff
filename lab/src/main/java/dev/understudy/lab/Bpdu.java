package dev.understudy.lab;

import java.util.List;

/**
 * A BPDU as tshark reads it from a capture; our own codec has no part in it.
 *
 * @param timeNanos the kernel's stamp, nanoseconds since 1970
 * @param source MAC address of the sender
 * @param rootId priority and address of the root, "" in a topology change notification
 * @param bridgeId priority and address of the sending bridge, "" in a topology change notification
 * @param portId as sent, priority in the upper part
 */
public record Bpdu(
    long timeNanos,
    String source,
    Kind kind,
    Flags flags,
    String rootId,
    long rootPathCost,
    String bridgeId,
    int portId,
    double messageAgeSeconds,
    double maxAgeSeconds,
    double helloTimeSeconds,
    double forwardDelaySeconds) {

  /** Type and version. */
  public enum Kind {
    CONFIGURATION,
    TOPOLOGY_CHANGE_NOTIFICATION,
    RAPID
  }

  /** Role in the flags of a rapid BPDU. */
  public enum Role {
    UNKNOWN,
    ALTERNATE_OR_BACKUP,
    ROOT,
    DESIGNATED
  }

  /** The flags octet. */
  public record Flags(int octet) {
    private static final List<Role> ROLES = List.of(Role.values());

    public boolean topologyChange() {
      return (octet & 0x01) != 0;
    }

    public boolean proposal() {
      return (octet & 0x02) != 0;
    }

    public Role role() {
      return ROLES.get(octet >> 2 & 3);
    }

    public boolean learning() {
      return (octet & 0x10) != 0;
    }

    public boolean forwarding() {
      return (octet & 0x20) != 0;
    }

    public boolean agreement() {
      return (octet & 0x40) != 0;
    }

    public boolean topologyChangeAcknowledgment() {
      return (octet & 0x80) != 0;
    }
  }

  /** Whether it carries news of a topology change, of whatever kind. */
  public boolean carriesTopologyChange() {
    return kind == Kind.TOPOLOGY_CHANGE_NOTIFICATION || flags.topologyChange();
  }

  /** Role and state bits, which nobody outside may see change. */
  public String roleAndState() {
    return "%s%s%s"
        .formatted(
            flags.role(),
            flags.learning() ? " learning" : "",
            flags.forwarding() ? " forwarding" : "");
  }
}
