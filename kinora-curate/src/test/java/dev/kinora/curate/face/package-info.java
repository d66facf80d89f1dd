@NullMarked
package dev.kinora.curate.face;

import org.jspecify.annotations.NullMarked;
