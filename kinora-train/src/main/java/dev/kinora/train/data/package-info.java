/** Clips to learn from: Toybox, folders of videos, datasets on disk, and how steps draw from them. */
@NullMarked
package dev.kinora.train.data;

import org.jspecify.annotations.NullMarked;
