@NullMarked
package dev.kinora.curate.cut;

import org.jspecify.annotations.NullMarked;
