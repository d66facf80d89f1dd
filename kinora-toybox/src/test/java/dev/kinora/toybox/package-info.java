@NullMarked
package dev.kinora.toybox;

import org.jspecify.annotations.NullMarked;
