/** What a run leaves behind: shards, tables, and the manifest that makes them one. */
@NullMarked
package dev.kinora.curate.dataset;

import org.jspecify.annotations.NullMarked;
