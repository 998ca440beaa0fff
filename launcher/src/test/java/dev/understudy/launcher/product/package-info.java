/**
 * The product as a whole: real daemons on loopback, asked by the command line's own classes. No
 * privileges are needed.
 */
@NullMarked
package dev.understudy.launcher.product;

import org.jspecify.annotations.NullMarked;
