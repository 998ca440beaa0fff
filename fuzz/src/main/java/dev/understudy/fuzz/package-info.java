/**
 * Rude input: random and mutated octets for whatever takes octets from outside. Tests only; nothing
 * of the product depends on it.
 *
 * <p><b>What a test says.</b> A {@link dev.understudy.fuzz.Fuzz.Property} takes any octets, throws
 * when a promise is broken, and otherwise says in a few words what became of them. Words that were
 * not said before make the octets an example of their own, so that what lies behind a first check
 * is reached as well.
 *
 * <p><b>How many.</b> {@value dev.understudy.fuzz.Fuzz#INPUTS_DEFAULT} inputs in a plain test;
 * {@code lab/fuzz} asks for millions, by way of system properties.
 *
 * <p><b>Limits.</b> One thread, no clock in what is generated: a seed gives the same inputs again.
 * At most {@value dev.understudy.fuzz.Fuzz#POOL_MAX} examples of at most {@value
 * dev.understudy.fuzz.Mutator#LENGTH_MAX} octets are kept.
 */
@NullMarked
package dev.understudy.fuzz;

import org.jspecify.annotations.NullMarked;
