/** To be described. */
@NullMarked
package dev.understudy.forwarder;

import org.jspecify.annotations.NullMarked;
