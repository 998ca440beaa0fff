/**
 * Whole-system measurements of the real product on the machine at hand: {@code benchmarks/run}.
 *
 * <p><b>What is measured.</b> {@code kill}: {@code kill -9} of the active to the first bracket and
 * the first frame of the new one. {@code commit}: a BPDU to its answer, through both supervisors.
 * {@code rows}: changed rows a second that the standby takes over. {@code frames}: frames a second
 * through the soft data plane, beside a base line in C. The processes are those that {@code
 * ./understudy up} starts, except that {@code rows} runs the forwarder itself, to reach the data
 * plane's queue of learned addresses.
 *
 * <p><b>What is not:</b> a test. Nothing here passes or fails by a time; the table says what was
 * measured, beside the machine's cores, its load before and after, and the size of the state. On a
 * machine with other work the figures say little.
 *
 * <p><b>Outputs:</b> one table on standard output and, on demand, the same as JSON with all samples
 * of short series. Percentiles are by the nearest rank, so that each is a sample.
 *
 * <p><b>Limits:</b> clocks are read in user space of a virtual machine that shares the cores with
 * what it measures: a thread that is woken late makes a figure worse, never better. Everything
 * started is stopped by its process number; state directories and namespaces are removed.
 */
@NullMarked
package dev.understudy.benchmarks;

import org.jspecify.annotations.NullMarked;
