package dev.understudy.core;

import dev.understudy.schema.Output;
import java.util.List;
import java.util.Optional;

/**
 * What all engines together make of one input: the content of one bracket.
 *
 * @param rows only rows that differ from the image
 * @param answer for the person who asked, to be released once the bracket is applied
 * @param wakeAt when the loop wants a tick at the latest
 * @param events for the event stream: what went wrong inside
 */
public record Result(
    List<RowChange> rows,
    List<Output> outputs,
    Optional<Step.Answer> answer,
    Optional<SwitchTime> wakeAt,
    List<String> events) {}
