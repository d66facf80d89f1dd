/** Tables of datasets in the formats that other tools read. */
@NullMarked
package dev.kinora.curate.table;

import org.jspecify.annotations.NullMarked;
