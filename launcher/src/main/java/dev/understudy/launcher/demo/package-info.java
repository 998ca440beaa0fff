/**
 * The demonstration: a ring of a redundant switch and two small neighbours, hosts that send
 * numbered frames, blows, and a judge.
 *
 * <p>The redundant switch is real: a forwarder and two supervisors in processes of their own,
 * started as {@code up} starts them. The two neighbours ({@link
 * dev.understudy.launcher.demo.InProcessSwitch}) and the hosts live in this process, on one thread
 * ({@link dev.understudy.launcher.demo.Reactor}), and reach it by UDP on loopback: no privileges
 * are needed.
 *
 * <p><b>Judgement</b> rests on what an outsider sees, not on what the switch says of itself:
 * numbers of frames at the hosts ({@link dev.understudy.launcher.demo.FlowTally}), BPDUs on the
 * links ({@link dev.understudy.launcher.demo.BpduWatch}), port states and topology changes at the
 * neighbours. {@link dev.understudy.launcher.demo.Verdict} says for each event what was noticed.
 *
 * <p><b>Threads:</b> the reactor's, and that of the story ({@link
 * dev.understudy.launcher.demo.Demo}), which asks the reactor by tasks. Everything else here is
 * used on the reactor's thread only.
 */
@NullMarked
package dev.understudy.launcher.demo;

import org.jspecify.annotations.NullMarked;
