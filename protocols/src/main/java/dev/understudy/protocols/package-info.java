/** To be described. */
@NullMarked
package dev.understudy.protocols;

import org.jspecify.annotations.NullMarked;
