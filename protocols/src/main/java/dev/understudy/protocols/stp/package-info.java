/** The spanning tree protocol, rapid and legacy: machines of IEEE 802.1Q-2018 clause 13. */
@NullMarked
package dev.understudy.protocols.stp;

import org.jspecify.annotations.NullMarked;
