package dev.understudy.replication;

import dev.understudy.core.Image;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Welcome;
import java.util.List;
import java.util.Optional;

/**
 * What a supervisor knows of the pair, for people.
 *
 * @param term in force, as far as known
 * @param activeSlot letter of the active one, or none
 * @param position last bracket of the image
 * @param applied last bracket that the forwarder is known to have carried out
 * @param listed the standby is listed in sync by the forwarder
 * @param standbyHeld last bracket that the standby is known to hold
 * @param lagBrackets how far the standby is behind the active; 0 when unknown
 * @param readySinceWallMillis since when the standby is listed, 0 when it is not
 * @param notReadyReasons why the standby is not hot; empty when it is
 * @param rehearsal how the last rehearsed takeover went, at a standby
 * @param forwarder the forwarder's greeting, when there is a session
 */
public record Status(
    Role role,
    long term,
    String activeSlot,
    Image.Position position,
    long applied,
    boolean listed,
    long standbyHeld,
    long lagBrackets,
    long lagBytes,
    long lagMillis,
    long readySinceWallMillis,
    List<String> notReadyReasons,
    boolean peerConnected,
    Optional<PeerHello> peer,
    Optional<Welcome> forwarder,
    List<String> faultyEngines,
    boolean syncing,
    Optional<Rehearsal.Outcome> rehearsal) {
  static Status of(SupervisorCore core, BracketLog log) {
    Role role = core.role();
    ActiveTerm active = core.active();
    Peer peer = core.peer();
    Image image = core.image();
    boolean feeds = role == Role.ACTIVE && peer.isUp();
    long held = role == Role.ACTIVE ? peer.held() : image.position().number();
    long lag =
        role == Role.ACTIVE
            ? (peer.isUp() ? Math.max(0, image.position().number() - peer.held()) : 0)
            : Math.max(0, core.applied() - held);
    return new Status(
        role,
        active != null ? active.term() : core.forwarder().term(),
        Settings.letter(active != null ? core.slot() : core.forwarder().holder()),
        image.position(),
        core.applied(),
        core.listing().isListed(),
        held,
        lag,
        feeds ? log.octetsAfter(peer.held()) : 0,
        feeds ? lagMillis(image, log.after(peer.held())) : 0,
        core.listing().sinceWallMillis(),
        core.listing().notReadyReasons(),
        peer.isUp(),
        peer.hello(),
        core.forwarder().welcome(),
        active != null ? active.faulty() : List.of(),
        core.following().buildingSnapshot() || (active != null && active.feed().snapshotUnderWay()),
        core.following().lastRehearsal());
  }

  private static long lagMillis(Image image, Iterable<Bracket> notHeld) {
    for (Bracket bracket : notHeld) {
      return (image.mark().at().now().nanos() - bracket.mark().at().now().nanos()) / 1_000_000L;
    }
    return 0;
  }
}
