package dev.understudy.edge;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
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
    logback.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(file);
  }
}
