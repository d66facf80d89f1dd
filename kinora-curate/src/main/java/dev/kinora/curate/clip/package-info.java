/** What pictures show, by CLIP: embeddings, how they change, how they please, how captions fit. */
@NullMarked
package dev.kinora.curate.clip;

import org.jspecify.annotations.NullMarked;
