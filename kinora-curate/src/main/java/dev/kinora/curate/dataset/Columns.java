package dev.kinora.curate.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table's columns: name, SQL type and where the value comes from. */
final class Columns<R> {
    record Column<R>(String name, String type, Function<R, @Nullable Object> value) {}

    private final List<Column<R>> columns = new ArrayList<>();

    Columns<R> text(String name, Function<R, @Nullable Object> value) {
        return add(name, "VARCHAR", value);
    }

    Columns<R> whole(String name, Function<R, @Nullable Object> value) {
        return add(name, "BIGINT", value);
    }

    Columns<R> real(String name, Function<R, @Nullable Object> value) {
        return add(name, "DOUBLE", value);
    }

    Columns<R> flag(String name, Function<R, @Nullable Object> value) {
        return add(name, "BOOLEAN", value);
    }

    Columns<R> floats(String name, Function<R, @Nullable Object> value) {
        return add(name, "FLOAT[]", value);
    }

    private Columns<R> add(String name, String type, Function<R, @Nullable Object> value) {
        columns.add(new Column<>(name, type, value));
        return this;
    }

    List<Column<R>> all() {
        return columns;
    }

    Set<String> names() {
        return columns.stream().map(Column::name).collect(Collectors.toUnmodifiableSet());
    }

    /** {@code "id" VARCHAR, …}. */
    String definition() {
        List<String> parts = new ArrayList<>();
        columns.forEach(c -> parts.add('"' + c.name + "\" " + c.type));
        return String.join(", ", parts);
    }
}
