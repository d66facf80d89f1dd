/** Text found by a detector network, and overlay text told from text in the scene. */
@NullMarked
package dev.kinora.curate.text;

import org.jspecify.annotations.NullMarked;
