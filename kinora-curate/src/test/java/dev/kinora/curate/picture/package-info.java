@NullMarked
package dev.kinora.curate.picture;

import org.jspecify.annotations.NullMarked;
