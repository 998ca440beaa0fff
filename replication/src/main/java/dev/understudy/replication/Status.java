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
    Optional<Rehearsal.Outcome> rehearsal) {}
