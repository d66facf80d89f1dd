@NullMarked
package dev.kinora.train.toybox;

import org.jspecify.annotations.NullMarked;
