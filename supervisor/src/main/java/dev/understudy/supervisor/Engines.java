package dev.understudy.supervisor;

import dev.understudy.core.EngineType;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import java.util.List;

/** The protocols of this release, in the order in which they get each input. */
public final class Engines {
  private Engines() {}

  public static List<EngineType> all() {
    return List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE);
  }
}
