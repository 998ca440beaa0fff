package dev.understudy.edge.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.edge.Release;
import dev.understudy.edge.SchemaDescriptors;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image is made the same twice, says when it was touched, and comes into a store whole or not.
 */
final class ImageTest {
  private static final KeyPair KEYS = SigningKeys.generate();
  private static final Trust TRUST = new Trust(List.of(KEYS.getPublic()), Trust.Unsigned.REFUSED);

  @TempDir Path scratch;

  private Path jar(String folder, String name, String content, long timeMillis) throws IOException {
    Path jar = Files.createDirectories(scratch.resolve(folder)).resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      JarEntry entry = new JarEntry("content.txt");
      entry.setTime(0);
      entries.putNextEntry(entry);
      entries.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      entries.closeEntry();
    }
    Files.setLastModifiedTime(jar, FileTime.fromMillis(timeMillis));
    return jar;
  }

  private ImageFolder build(String folder, String content, boolean signed) throws IOException {
    List<Path> jars =
        List.of(
            jar(folder + "-jars", "z-first.jar", content, 1_000),
            jar(folder + "-jars", "a-second.jar", "second", 2_000));
    return new ImageBuilder(
            jars,
            SchemaDescriptors.current(),
            signed ? Optional.of(KEYS.getPrivate()) : Optional.empty())
        .build(Release.current(), scratch.resolve(folder));
  }

  private ImageFolder build(String folder) throws IOException {
    return build(folder, "content", true);
  }

  private Path packed(ImageFolder image) {
    Path archive = scratch.resolve(image.path().getFileName() + ".tar");
    image.pack(archive);
    return archive;
  }

  private ImageStore store() {
    return ImageStore.of(scratch.resolve("slot"));
  }

  @Test
  void the_same_jars_give_the_same_archive_octet_by_octet_wherever_and_whenever() throws Exception {
    Path one = packed(build("one"));
    Thread.sleep(20);
    Path other = packed(build("other"));
    assertThat(Files.mismatch(one, other)).isEqualTo(-1);
    assertThat(Files.mismatch(one, packed(build("third", "else", true)))).isNotEqualTo(-1);
  }

  @Test
  void tar_and_sha256sum_and_openssl_understand_it() throws Exception {
    Path archive = packed(build("one"));
    Path key = scratch.resolve("key.pub");
    Files.writeString(key, SigningKeys.pem(KEYS.getPublic()));
    run("tar -xf " + archive + " -C " + scratch);
    Path there = scratch.resolve("understudy-" + Release.current());
    run("cd " + there + " && sha256sum --quiet -c MANIFEST && test -x bin/understudy");
    run(
        "cd "
            + there
            + " && if command -v openssl; then openssl pkeyutl -verify -pubin -inkey "
            + key
            + " -rawin -in MANIFEST -sigfile MANIFEST.sig; fi");
  }

  private static void run(String command) throws Exception {
    Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @Test
  void the_class_path_keeps_its_order() throws Exception {
    assertThat(build("one").classPath().stream().map(path -> path.getFileName().toString()))
        .containsExactly("z-first.jar", "a-second.jar");
  }

  @Test
  void an_image_of_another_release_says_so_by_its_first_jar() throws Exception {
    ImageFolder image =
        new ImageBuilder(
                List.of(jar("jars", "a.jar", "content", 1)),
                SchemaDescriptors.current(),
                Optional.empty())
            .build("9.8.7", scratch.resolve("image"));
    List<URL> urls = new ArrayList<>();
    for (Path path : image.classPath()) {
      urls.add(path.toUri().toURL());
    }
    try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
      Properties properties = new Properties();
      properties.load(loader.getResourceAsStream(Release.RESOURCE));
      assertThat(properties).containsEntry("release", "9.8.7");
    }
    assertThat(image.id()).startsWith("9.8.7-");
  }

  @Test
  void a_manifest_read_back_is_the_same() throws Exception {
    ImageManifest manifest = build("one").manifest();
    assertThat(ImageManifest.parse(manifest.octets())).isEqualTo(manifest);
    assertThat(ImageManifest.parse(manifest.octets()).text()).isEqualTo(manifest.text());
  }

  @Test
  void a_signed_image_is_taken_and_found_by_name_and_by_release() throws Exception {
    ImageFolder kept = store().add(packed(build("one")), TRUST);
    assertThat(kept.verify(TRUST)).isTrue();
    assertThat(store().ids()).containsExactly(kept.id());
    assertThat(store().ofRelease(Release.current())).contains(kept);
    assertThat(store().ofRelease(kept.id())).contains(kept);
    assertThat(store().ofRelease("0.0.7")).isEmpty();
  }

  @Test
  void every_damaged_octet_block_of_an_archive_is_found_and_nothing_is_kept() throws Exception {
    byte[] whole = Files.readAllBytes(packed(build("one")));
    Path damaged = scratch.resolve("damaged.tar");
    // The last two blocks are the end mark, and padding after a file's end isn't part of anything.
    for (int at = 0; at < whole.length - 1024; at += 97) {
      byte[] octets = whole.clone();
      octets[at] ^= 0x10;
      Files.write(damaged, octets);
      try {
        ImageFolder kept = store().add(damaged, TRUST);
        assertThat(kept.verify(TRUST)).isTrue(); // the octet was padding
        assertThat(whole[at]).isZero();
        store().discard(kept.path());
      } catch (ImageException refused) {
        assertThat(store().ids()).isEmpty();
      }
    }
  }

  @Test
  void an_archive_cut_off_anywhere_is_refused() throws Exception {
    byte[] whole = Files.readAllBytes(packed(build("one")));
    Path cut = scratch.resolve("cut.tar");
    for (int length = 0; length < whole.length - 1024; length += 257) {
      Files.write(cut, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> store().add(cut, TRUST)).isInstanceOf(ImageException.class);
      assertThat(store().ids()).isEmpty();
    }
  }

  @Test
  void a_signature_by_somebody_else_is_refused_even_if_unsigned_ones_are_taken() throws Exception {
    Trust others = new Trust(List.of(SigningKeys.generate().getPublic()), Trust.Unsigned.ACCEPTED);
    Path archive = packed(build("one"));
    assertThatThrownBy(() -> store().add(archive, others))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("by none of the 1 trusted keys");
    Trust nobody = new Trust(List.of(), Trust.Unsigned.REFUSED);
    assertThatThrownBy(() -> store().add(archive, nobody))
        .hasMessageContaining("no key is trusted yet");
  }

  @Test
  void an_unsigned_image_is_taken_only_where_that_is_said() throws Exception {
    Path archive = packed(build("one", "content", false));
    assertThatThrownBy(() -> store().add(archive, TRUST)).hasMessageContaining("isn't signed");
    ImageFolder kept = store().add(archive, new Trust(TRUST.keys(), Trust.Unsigned.ACCEPTED));
    assertThat(kept.isSigned()).isFalse();
  }

  @Test
  void a_file_that_the_manifest_does_not_name_is_refused() throws Exception {
    ImageFolder image = build("one");
    Files.writeString(image.path().resolve("lib/more.jar"), "more");
    assertThatThrownBy(() -> image.verify(TRUST)).hasMessageContaining("lib/more.jar");
  }

  @Test
  void keys_come_back_from_their_files_and_trust_is_kept() throws Exception {
    Path key = scratch.resolve("key.pem");
    Files.writeString(key, SigningKeys.pem(KEYS.getPrivate()));
    Path pub = scratch.resolve("key.pub");
    Files.writeString(pub, SigningKeys.pem(KEYS.getPublic()));
    assertThat(SigningKeys.readPrivate(key)).isEqualTo(KEYS.getPrivate());
    store().trust(SigningKeys.readPublic(pub));
    store().trust(SigningKeys.readPublic(pub));
    assertThat(store().trust(Trust.Unsigned.REFUSED)).isEqualTo(TRUST);
    assertThatThrownBy(() -> SigningKeys.readPrivate(pub)).isInstanceOf(ImageException.class);
  }

  @Test
  void without_a_pointer_what_the_launcher_runs_is_started() {
    assertThat(store().nextStart()).isEqualTo(BootPointer.NONE);
  }

  @Test
  void an_image_that_never_comes_up_is_started_twice_and_then_the_previous_one() throws Exception {
    ImageStore store = store();
    String good = store.add(packed(build("one")), TRUST).id();
    String bad = store.add(packed(build("two", "else", true)), TRUST).id();
    store.boot(good);
    assertThat(store.nextStart().image()).isEqualTo(good);
    store.proven();
    store.boot(bad);
    assertThat(store.nextStart().image()).isEqualTo(bad);
    assertThat(store.nextStart().image()).isEqualTo(bad);
    BootPointer back = store.nextStart();
    assertThat(back.image()).isEqualTo(good);
    assertThat(back.failure()).contains(bad).contains("never came up");
    assertThat(store.nextStart()).isEqualTo(back);
  }

  @Test
  void an_image_that_has_come_up_once_is_started_for_ever() throws Exception {
    ImageStore store = store();
    String good = store.add(packed(build("one")), TRUST).id();
    store.boot(good);
    store.nextStart();
    store.proven();
    for (int i = 0; i < 10; i++) {
      assertThat(store.nextStart().image()).isEqualTo(good);
    }
  }

  @Test
  void what_failed_in_one_attempt_may_be_tried_in_another() throws Exception {
    ImageStore store = store();
    String bad = store.add(packed(build("one")), TRUST).id();
    assertThat(store.boot(bad, "1.1")).isTrue();
    for (int i = 0; i <= BootPointer.TRIES_MAX; i++) {
      store.nextStart();
    }
    assertThat(store.pointer().failure()).contains(bad);
    assertThat(store.pointer().attempt()).isEqualTo("1.1");
    assertThat(store.boot(bad, "1.1")).isFalse();
    assertThat(store.pointer().isBuiltIn()).isTrue();
    assertThat(store.boot(bad, "1.2")).isTrue();
    assertThat(store.pointer().image()).isEqualTo(bad);
    assertThat(store.pointer().failure()).isEmpty();
  }

  @Test
  void pointing_twice_in_a_row_keeps_the_image_that_was_proven() throws Exception {
    ImageStore store = store();
    store.boot("1.0-a");
    store.boot("2.0-b");
    assertThat(store.pointer().previous()).isEqualTo(BootPointer.BUILT_IN);
  }

  @Test
  void an_image_that_lost_a_jar_is_not_started() throws Exception {
    ImageStore store = store();
    ImageFolder image = store.add(packed(build("one")), TRUST);
    store.boot(image.id());
    store.nextStart();
    store.proven();
    Files.delete(image.classPath().getFirst());
    BootPointer back = store.nextStart();
    assertThat(back.isBuiltIn()).isTrue();
    assertThat(back.failure()).contains("damaged");
  }

  @Test
  void another_part_s_store_shares_the_octets() throws Exception {
    ImageFolder image = store().add(packed(build("one")), TRUST);
    ImageStore other = ImageStore.of(scratch.resolve("launcher"));
    ImageFolder shared = other.add(image);
    assertThat(shared.verify(TRUST)).isTrue();
    assertThat(other.add(image)).isEqualTo(shared);
  }

  @Test
  void old_images_go_but_never_those_that_run_or_would_run_again() throws Exception {
    ImageStore store = store();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ids.add(store.add(packed(build("image" + i, "content " + i, true)), TRUST).id());
      Thread.sleep(5);
    }
    store.boot(ids.get(0));
    store.nextStart();
    store.proven();
    store.boot(ids.get(1));
    store.prune(List.of(ids.get(2)));
    assertThat(store.ids())
        .containsExactlyInAnyOrder(ids.get(0), ids.get(1), ids.get(2), ids.get(4), ids.get(5));
  }
}
