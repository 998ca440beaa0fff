/** To be described. */
@NullMarked
package dev.understudy.core;

import org.jspecify.annotations.NullMarked;
