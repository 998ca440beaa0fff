/** To be described. */
@NullMarked
package dev.understudy.linux;

import org.jspecify.annotations.NullMarked;
