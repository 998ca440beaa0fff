/**
 * Tables for people, made of the JSON that a supervisor answers with and of nothing else.
 *
 * <p>Everything here is a function from a document to text. A name that is missing shows as a dash:
 * the supervisor may be older or newer than the command.
 */
@NullMarked
package dev.understudy.launcher.render;

import org.jspecify.annotations.NullMarked;
