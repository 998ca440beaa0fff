package dev.understudy.simulation;

import java.util.LinkedHashMap;
import java.util.Map;

/** The seed of the first world, from 0 on, in which each deliberate bug is found. */
final class FoundIn {
  private FoundIn() {}

  static Map<String, Long> all() {
    Map<String, Long> found = new LinkedHashMap<>();
    found.put("the row of mdelayWhile is forgotten", 22L);
    found.put("the row of edgeDelayWhile is forgotten", 4L);
    found.put("the row of helloWhen is forgotten", 0L);
    found.put("the row of fdWhile is forgotten", 4L);
    found.put("the row of rcvdInfoWhile is forgotten", 0L);
    found.put("the row of tcWhile is forgotten", 0L);
    found.put("sendRstp of a port is told wrongly", 0L);
    found.put("txCount of a port is told wrongly", 5L);
    found.put("operEdge of a port is told wrongly", 0L);
    found.put("newInfo of a port is told wrongly", 0L);
    found.put("tcAck of a port is told wrongly", 5L);
    found.put("synced of a port in a tree is told wrongly", 4L);
    found.put("agreed of a port in a tree is told wrongly", 4L);
    found.put("proposing of a port in a tree is told wrongly", 0L);
    found.put("portTimes of a port in a tree is told wrongly", 0L);
    found.put("portPriority of a port in a tree is told wrongly", 0L);
    found.put("the role transitions machine's state of a port in a tree is told wrongly", 0L);
    found.put("the bridge's row is forgotten", 4L);
    found.put("timers are resumed with a wrong deadline", 0L);
    found.put("a close is not checked: a bracket's first row is lost now and then", 0L);
    found.put("a snapshot lacks a row", 0L);
    found.put("terms are not told", 0L);
    found.put("inputs are freed too early", 0L);
    found.put("inputs are never freed", 0L);
    found.put("brackets are no heartbeat", 0L);
    found.put("changes of learned addresses are asked for once only", 0L);
    found.put("one witness is enough for a takeover", 0L);
    return found;
  }
}
