/**
 * Images: a release of the whole program as a folder and an archive, and where a module keeps them.
 *
 * <p><b>An image</b> is a folder: {@code lib/} with the jars, {@code bin/understudy}, {@code
 * schema.binpb} (a FileDescriptorSet), {@code MANIFEST} and, if it is signed, {@code MANIFEST.sig}.
 * The manifest names the release and, in the order of the class path, every file with its SHA-256;
 * its lines are those of sha256sum(1), so that {@code sha256sum -c MANIFEST} checks an image
 * without this program. The signature is Ed25519 (RFC 8032) over the manifest's octets, keys are
 * PEM (RFC 8410), so that openssl(1) checks it as well. An image is named by its release and the
 * first octets of its manifest's SHA-256.
 *
 * <p><b>The archive</b> is a tar of plain files (POSIX ustar) in the manifest's order, all with the
 * same owner, time and mode: the same source gives the same octets.
 *
 * <p><b>A store</b> belongs to one part of the switch (a slot, the forwarder, the launcher): images
 * that were verified before they got their name there, a boot pointer that says which one runs, and
 * the public keys that are trusted. Whatever is written is complete before it can be seen: written,
 * flushed to the disk, renamed.
 *
 * <p>Not in an image: the AOT cache. It belongs to one build of the virtual machine and isn't the
 * same octets twice, so that each module makes its own when it installs an image.
 *
 * <p><b>Threads:</b> none; methods wait for the disk and are called where that hurts nobody.
 */
@NullMarked
package dev.understudy.edge.image;

import org.jspecify.annotations.NullMarked;
