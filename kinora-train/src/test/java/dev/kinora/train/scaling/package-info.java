/** Tests. */
@NullMarked
package dev.kinora.train.scaling;

import org.jspecify.annotations.NullMarked;
