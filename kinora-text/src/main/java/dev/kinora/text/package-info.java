/** Tokenizers and text encoders: from a prompt to ids, from ids to embeddings. */
@NullMarked
package dev.kinora.text;

import org.jspecify.annotations.NullMarked;
