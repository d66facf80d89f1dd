/** What the families share. */
@NullMarked
package dev.kinora.models.internal;

import org.jspecify.annotations.NullMarked;
