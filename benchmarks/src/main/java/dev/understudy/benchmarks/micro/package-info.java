/**
 * Small loops for profiling, run by JMH: what an input costs the active's loop ({@link
 * dev.understudy.benchmarks.micro.LoopBenchmark}), and what a row costs on its way ({@link
 * dev.understudy.benchmarks.micro.RowsMicroBenchmark}). They use the production classes, without
 * sockets and without threads. {@code benchmarks/run micro} starts them; its arguments are JMH's,
 * for example {@code benchmarks/run micro Loop -prof gc}.
 */
package dev.understudy.benchmarks.micro;
