/**
 * What every part of the switch agrees on: inputs, steps, brackets, tables and image, switch time,
 * and the interface of a protocol engine.
 *
 * <p><b>One bracket = input + state + output.</b> An {@link dev.understudy.core.Input} is all that
 * can change an engine's mind. A {@link dev.understudy.core.Step} is all that an engine can do
 * about it: rows that changed, outputs for the forwarder, signals for the other engines. {@link
 * dev.understudy.core.EngineHost} runs one input through all engines and makes one {@link
 * dev.understudy.core.Result} of it, the content of one bracket.
 *
 * <p><b>State</b> is tables of rows ({@link dev.understudy.core.Image}). Keys and values are the
 * octets of protobuf messages of the schema; the image keeps values as they came, so that what this
 * release doesn't know survives.
 *
 * <p><b>Threads:</b> none. Everything here is used by one thread at a time, does no I/O and reads
 * no clock; time comes with the input ({@link dev.understudy.core.Moment}).
 *
 * <p><b>Determinism:</b> same image and same inputs give the same brackets, octet by octet.
 * Iteration is always in key order or insertion order.
 */
@NullMarked
package dev.understudy.core;

import org.jspecify.annotations.NullMarked;
