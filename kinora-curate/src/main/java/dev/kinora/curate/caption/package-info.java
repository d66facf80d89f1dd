/** Asks of every clip of a finished dataset what it shows, or what is wrong with it, and adds the answers as a table. */
@NullMarked
package dev.kinora.curate.caption;

import org.jspecify.annotations.NullMarked;
