/** Tests. */
@NullMarked
package dev.kinora.curate;

import org.jspecify.annotations.NullMarked;
