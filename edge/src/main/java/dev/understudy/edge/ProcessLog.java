package dev.understudy.edge;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * A process's log: {@code NAME.log} in its directory, {@value #OLD_FILES} older ones of at most
 * {@value #FILE_OCTETS_MAX} octets each. Warnings go to standard error as well. A disk that takes
 * nothing costs lines and nothing else.
 */
public final class ProcessLog {
  static final long FILE_OCTETS_MAX = 1 << 20;
  static final int OLD_FILES = 3;

  /** Lines that wait to be written; more are dropped. */
  static final int QUEUED_LINES_MAX = 1024;

  static final int FLUSH_MILLIS_MAX = 500;

  private ProcessLog() {}

  public static void start(Path directory, String name) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    java.util.logging.Logger.getLogger("io.grpc").setLevel(java.util.logging.Level.SEVERE);
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext logback)) {
      return;
    }
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(logback);
    file.setName("file");
    file.setFile(directory.resolve(name + ".log").toString());
    file.setEncoder(LogDefaults.encoder(logback));

    FixedWindowRollingPolicy old = new FixedWindowRollingPolicy();
    old.setContext(logback);
    old.setParent(file);
    old.setFileNamePattern(directory.resolve(name + ".%i.log").toString());
    old.setMinIndex(1);
    old.setMaxIndex(OLD_FILES);
    old.start();

    SizeBasedTriggeringPolicy<ILoggingEvent> full = new SizeBasedTriggeringPolicy<>();
    full.setContext(logback);
    full.setMaxFileSize(new FileSize(FILE_OCTETS_MAX));
    full.setCheckIncrement(Duration.buildByMilliseconds(1000));
    full.start();

    file.setRollingPolicy(old);
    file.setTriggeringPolicy(full);
    file.start();
    var root = logback.getLogger(Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> console = root.getAppender(LogDefaults.CONSOLE);
    if (console != null) {
      root.detachAppender(console);
      root.addAppender(apart(logback, console));
    }
    root.addAppender(apart(logback, file));
  }

  /** Whoever logs is never held up: by a disk that hangs or by a reader of standard error. */
  private static Appender<ILoggingEvent> apart(
      LoggerContext logback, Appender<ILoggingEvent> appender) {
    AsyncAppender apart = new AsyncAppender();
    apart.setContext(logback);
    apart.setName("apart-" + appender.getName());
    apart.setQueueSize(QUEUED_LINES_MAX);
    apart.setDiscardingThreshold(0);
    apart.setNeverBlock(true);
    apart.setMaxFlushTime(FLUSH_MILLIS_MAX);
    apart.addAppender(appender);
    apart.start();
    return apart;
  }

  /** Writes what waits, for half a second at most; to be called at the end of the process. */
  public static void stop() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
      logback.stop();
    }
  }
}
