@NullMarked
package dev.kinora.eval;

import org.jspecify.annotations.NullMarked;
