/** Where clips begin and end, and how they are cut out of their file. */
@NullMarked
package dev.kinora.curate.cut;

import org.jspecify.annotations.NullMarked;
