/** The command line: commands, process starter, demonstration. */
@NullMarked
package dev.understudy.launcher;

import org.jspecify.annotations.NullMarked;
