package dev.understudy.simulation;

import java.util.LinkedHashMap;
import java.util.Map;

/** The seed of the first world, from 0 on, in which each deliberate bug is found. */
final class FoundIn {
  private FoundIn() {}

  static Map<String, Long> all() {
    Map<String, Long> found = new LinkedHashMap<>();
    found.put("the row of mdelayWhile is forgotten", 9L);
    found.put("the row of edgeDelayWhile is forgotten", 4L);
    found.put("the row of helloWhen is forgotten", 0L);
    found.put("the row of fdWhile is forgotten", 4L);
    found.put("the row of rcvdInfoWhile is forgotten", 0L);
    found.put("the row of tcWhile is forgotten", 0L);
    found.put("the row of errDisableRecovery is forgotten", 7L);
    found.put("sendRstp of a port is told wrongly", 0L);
    found.put("txCount of a port is told wrongly", 4L);
    found.put("operEdge of a port is told wrongly", 2L);
    found.put("newInfo of a port is told wrongly", 0L);
    found.put("tcAck of a port is told wrongly", 0L);
    found.put("downCount of a port is told wrongly", 21L);
    found.put("how often a link went down is forgotten", 0L);
    found.put("what the forwarder counted of a link's downs is forgotten", 0L);
    found.put("synced of a port in a tree is told wrongly", 0L);
    found.put("agreed of a port in a tree is told wrongly", 4L);
    found.put("proposing of a port in a tree is told wrongly", 0L);
    found.put("portTimes of a port in a tree is told wrongly", 0L);
    found.put("portPriority of a port in a tree is told wrongly", 0L);
    found.put("the role transitions machine's state of a port in a tree is told wrongly", 0L);
    found.put("the bridge's row is forgotten", 4L);
    found.put("the port's err-disable is forgotten", 7L);
    found.put("the map of port numbers is forgotten", 0L);
    found.put("a flush is not told to the standby", 2L);
    found.put("timers are resumed with a wrong deadline", 0L);
    found.put("a close is not checked: a bracket's first row is lost now and then", 0L);
    found.put("outputs are not kept by the standby", 0L);
    found.put("a snapshot lacks a row", 0L);
    found.put("terms are not told", 0L);
    found.put("inputs are freed too early", 0L);
    found.put("inputs are never freed", 0L);
    found.put("brackets are no heartbeat", 0L);
    found.put("what is sent again has lost its outputs", 0L);
    found.put("nobody asks to be woken", 0L);
    found.put("the configuration's cell is not written", 1L);
    found.put("the fail-safe's hold time is endless", 6L);
    found.put("fail-safe outputs are never told to the forwarder", 6L);
    found.put("the fail-safe's hold time is too short", 2L);
    found.put("the forwarder isn't told that an engine is FAULTY", 6L);
    found.put("changes of learned addresses are asked for once only", 0L);
    found.put("the standby says held one bracket early", 2L);
    found.put("one witness is enough for a takeover", 4L);
    found.put("brackets are carried out before the standby holds them", 0L);
    found.put("the term of a bracket is not checked", 3L);
    found.put("a standby is listed before it holds anything", 0L);
    found.put("a new active is told that one input more is consumed", 0L);
    found.put("lost inputs are not told to a new active", 85L);
    found.put("answers are released before the bracket is carried out", 15L);
    found.put("a new active starts at the wrong time", 4L);
    return found;
  }
}
