@NullMarked
package dev.kinora.train;

import org.jspecify.annotations.NullMarked;
