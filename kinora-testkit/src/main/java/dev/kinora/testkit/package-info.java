/** What every room's tests share: leak detection, golden files, comparison with a stated tolerance. */
@NullMarked
package dev.kinora.testkit;

import org.jspecify.annotations.NullMarked;
