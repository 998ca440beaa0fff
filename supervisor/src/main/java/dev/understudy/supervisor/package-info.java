/** To be described. */
@NullMarked
package dev.understudy.supervisor;

import org.jspecify.annotations.NullMarked;
