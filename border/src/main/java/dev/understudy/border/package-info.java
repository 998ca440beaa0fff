/** To be described. */
@NullMarked
package dev.understudy.border;

import org.jspecify.annotations.NullMarked;
