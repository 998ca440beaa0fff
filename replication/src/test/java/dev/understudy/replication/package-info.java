@NullMarked
package dev.understudy.replication;

import org.jspecify.annotations.NullMarked;
