/** What happens to one file, and the process it happens in. */
@NullMarked
package dev.kinora.curate.worker;

import org.jspecify.annotations.NullMarked;
