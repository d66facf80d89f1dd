@NullMarked
package dev.kinora.curate.table;

import org.jspecify.annotations.NullMarked;
