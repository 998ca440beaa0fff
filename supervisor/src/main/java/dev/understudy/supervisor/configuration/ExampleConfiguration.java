package dev.understudy.supervisor.configuration;

import dev.understudy.schema.Config;

/** What a switch starts with when nobody gives it a configuration: it needs no privileges. */
public final class ExampleConfiguration {
  /** Four UDP ports on loopback. */
  public static final String TEXT =
      """
      name: example
      ports:
        p1: {udp: {listen: "127.0.0.1:9001", peer: "127.0.0.1:9101"}}
        p2: {udp: {listen: "127.0.0.1:9002", peer: "127.0.0.1:9102"}}
        p3: {udp: {listen: "127.0.0.1:9003", peer: "127.0.0.1:9103"}}
        p4: {udp: {listen: "127.0.0.1:9004", peer: "127.0.0.1:9104"}}
      """;

  private ExampleConfiguration() {}

  public static Config config() {
    return switch (ConfigurationReader.parse("the built-in example", TEXT)) {
      case ConfigurationReader.Parsed.Ok ok -> ok.config();
      case ConfigurationReader.Parsed.Bad bad -> throw new IllegalStateException(bad.text());
    };
  }
}
