package dev.understudy.edge;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/** Until a process says otherwise: warnings to standard error, libraries' errors only. */
public final class LogDefaults extends ContextAwareBase implements Configurator {
  static final String CONSOLE = "console";
  static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %msg%n%ex{12}";

  /** Found by Logback, which makes it. */
  public LogDefaults() {}

  @Override
  public ExecutionStatus configure(LoggerContext logback) {
    ThresholdFilter warnings = new ThresholdFilter();
    warnings.setLevel(Level.WARN.levelStr);
    warnings.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(logback);
    console.setName(CONSOLE);
    console.setTarget("System.err");
    console.setEncoder(encoder(logback));
    console.addFilter(warnings);
    console.start();
    var root = logback.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    // Whatever they have to say of broken connections is no news to us.
    logback.getLogger("io.netty").setLevel(Level.ERROR);
    logback.getLogger("io.grpc").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static PatternLayoutEncoder encoder(LoggerContext logback) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(logback);
    encoder.setPattern(LINE);
    encoder.start();
    return encoder;
  }
}
