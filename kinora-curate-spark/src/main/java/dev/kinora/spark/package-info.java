/** Curation on a Spark cluster: files as tasks, worker processes in executors, the same journal and the same commit. */
@NullMarked
package dev.kinora.spark;

import org.jspecify.annotations.NullMarked;
