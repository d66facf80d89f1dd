/** What a clip shows, in words: SVD's three captions, CogVideoX's dense chain, and what is done to their text. */
@NullMarked
package dev.kinora.language.caption;

import org.jspecify.annotations.NullMarked;
