package dev.kinora.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/** Elements of which some had better be worked on by a certain executor. */
final class Placed {
    private Placed() {}

    /**
     * A task an element.
     *
     * @param where the executor of each as {@link #here} says it there; empty where it is all the same
     */
    static JavaRDD<String> parallelize(JavaSparkContext context, List<String> elements, List<String> where) {
        List<Tuple2<String, Seq<String>>> placed = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            List<String> at = where.get(i).isEmpty() ? List.of() : List.of(where.get(i));
            placed.add(new Tuple2<>(
                    elements.get(i), CollectionConverters.asScala(at).toSeq()));
        }
        return context.sc()
                .makeRDD(CollectionConverters.asScala(placed).toSeq(), ClassTag$.MODULE$.<String>apply(String.class))
                .toJavaRDD();
    }

    /** How the scheduler knows an executor: Spark's own writing of a place in its memory. */
    static String here(String host, String executor) {
        return "executor_" + host + "_" + executor;
    }
}
