package dev.understudy.linux;

/** What an interface's driver says about its link (ETHTOOL_GLINKSETTINGS). */
public record LinkSpeed(long megabitsPerSecond, Duplex duplex) {
  /** Whether both ends can speak at once. */
  public enum Duplex {
    HALF,
    FULL,
    UNKNOWN
  }
}
