package dev.understudy.launcher.command;

import dev.understudy.edge.Release;
import dev.understudy.edge.SchemaDescriptors;
import dev.understudy.edge.image.ImageBuilder;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.SigningKeys;
import dev.understudy.edge.image.Trust;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.render.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code image …}. */
@Command(
    name = "image",
    description = "Makes and looks at images: a release of the whole program in one archive.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  understudy image keygen --out keys             once: keys/understudy.key and understudy.pub",
      "  understudy image build --key keys/understudy.key --out images",
      "  understudy image trust keys/understudy.pub     the switch takes images signed by it",
      "  understudy upgrade install images/understudy-0.1.0.tar",
      ""
    })
final class ImageCommand {

  /** {@code image build}. */
  @Command(
      name = "build",
      description = {
        "Makes an image of the program that runs this command: a folder and an archive.",
        "The same source gives the same octets."
      },
      footer = {"", "Example:", "  understudy image build --key understudy.key --out images", ""})
  static final class Build implements Callable<Integer> {
    private final Console console;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = "images",
        description = "Where the folder and the archive go. Default: ${DEFAULT-VALUE}.")
    Path out = Path.of("images");

    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "The private key to sign with; without one the image isn't signed.")
    @Nullable Path key;

    @Option(
        names = "--release",
        paramLabel = "RELEASE",
        description =
            "What the image calls itself (for tests: the same program as two releases). Default:"
                + " the release that it is.")
    String release = Release.current();

    Build(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() throws IOException {
      Files.createDirectories(out);
      Path folder = out.resolve("understudy-" + release);
      ImageFolder image =
          new ImageBuilder(
                  classPath(),
                  SchemaDescriptors.current(),
                  Optional.ofNullable(key).map(SigningKeys::readPrivate))
              .build(release, folder);
      Path archive = out.resolve("understudy-" + release + ".tar");
      image.pack(archive);
      console
          .out()
          .println(
              "image "
                  + image.id()
                  + " in "
                  + archive
                  + (key == null ? ", not signed (--key signs it)" : ", signed"));
      return ExitStatus.DONE;
    }

    private static List<Path> classPath() {
      return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .map(Path::of)
          .toList();
    }
  }

  /** {@code image keygen}. */
  @Command(
      name = "keygen",
      description = "Makes a pair of Ed25519 keys to sign images with.",
      footer = {"", "Example:", "  understudy image keygen --out keys", ""})
  static final class Keygen implements Callable<Integer> {
    private final Console console;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = ".",
        description = "Where understudy.key and understudy.pub go. Default: here.")
    Path out = Path.of(".");

    Keygen(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() throws IOException {
      Files.createDirectories(out);
      Path privateKey = out.resolve("understudy.key");
      Path publicKey = out.resolve("understudy.pub");
      for (Path file : List.of(privateKey, publicKey)) {
        if (Files.exists(file)) {
          throw new CommandFailure(file + " is there already, and a key is never overwritten");
        }
      }
      KeyPair keys = SigningKeys.generate();
      Files.createFile(
          privateKey,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(privateKey, SigningKeys.pem(keys.getPrivate()));
      Files.writeString(publicKey, SigningKeys.pem(keys.getPublic()));
      console
          .out()
          .println(
              privateKey
                  + " signs images and stays with you; "
                  + publicKey
                  + " is for `understudy image trust`");
      return ExitStatus.DONE;
    }
  }

  /** {@code image trust}. */
  @Command(
      name = "trust",
      description = "From now on the switch takes images that are signed by this key.",
      footer = {"", "Example:", "  understudy image trust keys/understudy.pub", ""})
  static final class TrustKey implements Callable<Integer> {
    private final Console console;

    @Mixin StateOptions state = new StateOptions();

    @Parameters(paramLabel = "KEY.pub", description = "A public key.")
    Path key = Path.of("");

    TrustKey(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      var directory = state.existing(console);
      var publicKey = SigningKeys.readPublic(key);
      for (Part part : Part.values()) {
        if (part.isSupervisor()) {
          ImageStore.of(directory.state(part)).trust(publicKey);
        }
      }
      console.out().println("images signed by " + key + " are taken by both supervisors");
      return ExitStatus.DONE;
    }
  }

  /** What {@code verify} and {@code show} have in common. */
  abstract static class Look implements Callable<Integer> {
    @Parameters(paramLabel = "IMAGE", description = "An archive, or the folder of an image.")
    Path image = Path.of("");

    @Override
    public Integer call() throws IOException {
      if (!Files.exists(image)) {
        throw new CommandFailure(image + " is not there");
      }
      Path scratch = Files.createTempDirectory("understudy-image");
      try {
        return look(ImageFolder.openAny(image, scratch.resolve("image")));
      } finally {
        try (Stream<Path> files = Files.walk(scratch)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }

    abstract int look(ImageFolder opened);
  }

  /** {@code image verify}. */
  @Command(
      name = "verify",
      description = "Checks an image: every file, and its signature.",
      footer = {
        "",
        "Example:",
        "  understudy image verify --key understudy.pub images/understudy-0.1.0.tar",
        ""
      })
  static final class Verify extends Look {
    private final Console console;

    @Option(
        names = "--key",
        paramLabel = "KEY.pub",
        description = "The public key that must have signed it; several are possible.")
    List<Path> keys = List.of();

    @Option(
        names = "--allow-unsigned",
        description = "An image without a signature is good too; a wrong one never is.")
    boolean allowUnsigned;

    Verify(Console console) {
      this.console = console;
    }

    @Override
    int look(ImageFolder opened) {
      boolean signed =
          opened.verify(
              new Trust(
                  keys.stream().map(SigningKeys::readPublic).toList(),
                  allowUnsigned ? Trust.Unsigned.ACCEPTED : Trust.Unsigned.REFUSED));
      console
          .out()
          .println(
              "image "
                  + opened.id()
                  + " is whole: "
                  + opened.manifest().files().size()
                  + " files"
                  + (signed ? ", signed by a key that you gave" : ", not signed"));
      return ExitStatus.DONE;
    }
  }

  /** {@code image show}. */
  @Command(
      name = "show",
      description = "Says what an image is, without checking it.",
      footer = {"", "Example:", "  understudy image show images/understudy-0.1.0.tar", ""})
  static final class Show extends Look {
    private final Console console;

    @Option(names = "--json", description = "As JSON, with stable names.")
    boolean json;

    Show(Console console) {
      this.console = console;
    }

    @Override
    int look(ImageFolder opened) {
      var manifest = opened.manifest();
      if (json) {
        ObjectNode document = Json.object();
        document.put("image", opened.id());
        document.put("release", manifest.release());
        document.put("build", manifest.build());
        document.put("java", manifest.javaFeature());
        document.put("minimumForwarder", manifest.minimumForwarder());
        document.put("minimumLauncher", manifest.minimumLauncher());
        document.put("signed", opened.isSigned());
        document.put("octets", opened.octets());
        ObjectNode files = document.putObject("files");
        manifest.files().forEach(files::put);
        console.out().println(Json.pretty(document));
      } else {
        console.out().printf("image     %s%n", opened.id());
        console.out().printf("release   %s, build %s%n", manifest.release(), manifest.build());
        console.out().printf("signed    %s%n", opened.isSigned() ? "yes" : "no");
        console.out().printf("size      %.1f MB%n", opened.octets() / 1e6);
        console
            .out()
            .printf(
                "needs     Java %d, forwarder %s, launcher %s or newer%n",
                manifest.javaFeature(), manifest.minimumForwarder(), manifest.minimumLauncher());
        console.out().printf("files     %d%n", manifest.files().size());
      }
      return ExitStatus.DONE;
    }
  }
}
