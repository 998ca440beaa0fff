package dev.understudy.simulation;

import dev.understudy.border.Border;
import dev.understudy.border.DataPlane;

/** A data plane with what the simulator must do to it. */
interface SimulatedPlane extends DataPlane {
  /** Tells the border what waits to be told. */
  void drain(Border border);

  /** Time goes on. */
  void time(long nowNanos);

  /** So many control frames come in at once, which mean nothing. */
  void burst(int frames, long nowNanos);
}
