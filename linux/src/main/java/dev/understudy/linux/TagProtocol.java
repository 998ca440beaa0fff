package dev.understudy.linux;

/** The kind of a VLAN tag: the EtherType that stands before its control information. */
public enum TagProtocol {
  /** The C-tag of 802.1Q. */
  CUSTOMER(Constants.ETH_P_8021Q),
  /** The S-tag of 802.1ad. */
  SERVICE(Constants.ETH_P_8021AD);

  private final int etherType;

  TagProtocol(int etherType) {
    this.etherType = etherType;
  }

  public int etherType() {
    return etherType;
  }
}
