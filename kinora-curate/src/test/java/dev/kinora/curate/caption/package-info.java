@NullMarked
package dev.kinora.curate.caption;

import org.jspecify.annotations.NullMarked;
