/**
 * The lab's tests. {@link dev.understudy.lab.JudgeTest} and {@link
 * dev.understudy.lab.LabItselfTest} judge the judges: a judge that finds nothing in a capture with
 * planted faults would find nothing in a bad takeover either. The others run Understudy as real
 * processes between foreign neighbours.
 */
@NullMarked
package dev.understudy.lab;

import org.jspecify.annotations.NullMarked;
