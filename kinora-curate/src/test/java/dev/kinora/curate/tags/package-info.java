@NullMarked
package dev.kinora.curate.tags;

import org.jspecify.annotations.NullMarked;
