@NullMarked
package dev.understudy.simulation;

import org.jspecify.annotations.NullMarked;
