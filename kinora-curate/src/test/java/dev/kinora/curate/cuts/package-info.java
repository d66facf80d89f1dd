@NullMarked
package dev.kinora.curate.cuts;

import org.jspecify.annotations.NullMarked;
