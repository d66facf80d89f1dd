/** Tests. */
@NullMarked
package dev.kinora.train.data;

import org.jspecify.annotations.NullMarked;
