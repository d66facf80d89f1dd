/** Tests. */
@NullMarked
package dev.kinora.train.dit;

import org.jspecify.annotations.NullMarked;
