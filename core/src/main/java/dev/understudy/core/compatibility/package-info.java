/**
 * Whether two releases can be one pair, worked out before it is tried.
 *
 * <p>The state that one release holds is read by another through the schema alone: what it doesn't
 * know it keeps as octets until it writes that row itself, and what it knows but wasn't sent has
 * the declared default. {@link dev.understudy.core.compatibility.CompatibilityCheck} compares the
 * two schemas, and looks into the live image for what of the difference is in use. It does no I/O
 * and changes nothing.
 */
@NullMarked
package dev.understudy.core.compatibility;

import org.jspecify.annotations.NullMarked;
