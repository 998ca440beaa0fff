package dev.understudy.benchmarks;

/**
 * How much is measured.
 *
 * @param ports of the switch with a neighbour at each
 * @param rows learned addresses that the switch holds while it is struck
 * @param kills how often the active is killed
 * @param seconds how long each of the others measures
 * @param ratePerSecond inputs a second of the second commit measurement
 */
record Settings(int ports, int rows, int kills, int seconds, int ratePerSecond) {}
