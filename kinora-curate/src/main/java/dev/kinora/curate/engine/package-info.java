/** Engines: files to workers, results to a journal, the journal to one commit. */
@NullMarked
package dev.kinora.curate.engine;

import org.jspecify.annotations.NullMarked;
