/**
 * Data planes: what carries out the judgement's outputs on real ports, or on the simulator's.
 *
 * <p>To be described further as it grows.
 */
@NullMarked
package dev.understudy.forwarder.dataplane;

import org.jspecify.annotations.NullMarked;
