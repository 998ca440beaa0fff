/** To be described. */
@NullMarked
package dev.understudy.lab;

import org.jspecify.annotations.NullMarked;
