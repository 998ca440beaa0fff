/** To be described. */
@NullMarked
package dev.understudy.wire;

import org.jspecify.annotations.NullMarked;
