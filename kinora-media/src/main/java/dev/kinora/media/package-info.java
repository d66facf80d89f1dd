/**
 * Video and image files in and out: decode, encode, resize, colour, frames to tensors and back. The only importer of
 * the FFmpeg binding; everything outside sees 8-bit RGB pictures ({@link dev.kinora.media.Image}) with times.
 */
@NullMarked
package dev.kinora.media;

import org.jspecify.annotations.NullMarked;
