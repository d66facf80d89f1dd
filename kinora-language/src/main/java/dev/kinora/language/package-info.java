/** What all of language shares. */
@NullMarked
package dev.kinora.language;

import org.jspecify.annotations.NullMarked;
