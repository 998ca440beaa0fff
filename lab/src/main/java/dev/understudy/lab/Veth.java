package dev.understudy.lab;

/** A cable between two namespaces. */
public record Veth(End a, End b) {
  /** One end of the cable. */
  public record End(Namespace namespace, String interfaceName) {
    public void set(Namespace.Link link) {
      namespace.set(interfaceName, link);
    }

    public String mac() {
      return namespace.mac(interfaceName);
    }

    @Override
    public String toString() {
      return interfaceName;
    }
  }

  /** Makes the cable; both ends are up and have no addresses. */
  public static Veth between(End a, End b) {
    return between(a, b, Namespace.Link.UP);
  }

  /** Makes the cable with both ends up or down. */
  public static Veth between(End a, End b, Namespace.Link link) {
    Command.run(
        "ip",
        "link",
        "add",
        a.interfaceName(),
        "netns",
        a.namespace().name(),
        "type",
        "veth",
        "peer",
        "name",
        b.interfaceName(),
        "netns",
        b.namespace().name());
    for (End end : new End[] {a, b}) {
      end.namespace().ip("link", "set", end.interfaceName(), "arp", "off");
      end.set(link);
    }
    return new Veth(a, b);
  }

  /** Pulls or plugs the cable, at its first end. */
  public void set(Namespace.Link link) {
    a.set(link);
  }
}
