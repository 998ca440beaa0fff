package dev.understudy.wire.ethernet;

/**
 * EtherTypes by name. Unknown ones are as good as these: a type is an {@code int}, not a member.
 */
public final class EtherType {
  public static final int IPV4 = 0x0800;
  public static final int ARP = 0x0806;

  /** Customer VLAN tag, 802.1Q. */
  public static final int C_TAG = 0x8100;

  public static final int IPV6 = 0x86DD;

  /** MAC control: PAUSE. */
  public static final int MAC_CONTROL = 0x8808;

  /** Slow protocols: LACP. */
  public static final int SLOW_PROTOCOLS = 0x8809;

  /** Port access, 802.1X. */
  public static final int PAE = 0x888E;

  /** Service VLAN tag, 802.1ad. */
  public static final int S_TAG = 0x88A8;

  /** For experiments at one's own site (802-2014 9.2.3): numbered test frames. */
  public static final int LOCAL_EXPERIMENTAL_1 = 0x88B5;

  public static final int LLDP = 0x88CC;

  /** The lowest EtherType; below it are lengths, and from 1,501 on nothing (802.3-2018 3.2.6). */
  public static final int LOWEST = 0x0600;

  private EtherType() {}
}
