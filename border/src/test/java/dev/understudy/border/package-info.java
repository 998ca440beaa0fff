/** The judgement alone, with a clock in the test's hand. */
@NullMarked
package dev.understudy.border;

import org.jspecify.annotations.NullMarked;
