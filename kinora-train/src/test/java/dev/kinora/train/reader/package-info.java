/** Tests. */
@NullMarked
package dev.kinora.train.reader;

import org.jspecify.annotations.NullMarked;
