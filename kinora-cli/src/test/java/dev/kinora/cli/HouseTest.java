package dev.kinora.cli;

import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The law of the house: rooms depend only upwards, bindings stay in their room, insides stay inside. */
class HouseTest {
    /** A room may depend on itself and on those before it. */
    private static final List<String> ROOMS = List.of(
            "tensor",
            "nn",
            "weights",
            "text",
            "media",
            "language",
            "diffusion",
            "models",
            "pipeline",
            "toybox",
            "eval",
            "train",
            "curate",
            "spark",
            "cli");

    private static JavaClasses house = new ClassFileImporter().importPackages();

    @BeforeAll
    static void readClasses() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.kinora");
    }

    @Test
    void everyRoomIsInTheList() {
        assertThat(house.stream().map(HouseTest::room).distinct())
                .isSubsetOf(java.util.stream.Stream.concat(ROOMS.stream(), java.util.stream.Stream.of("testkit"))
                        .toList());
    }

    @Test
    void roomsDependOnlyOnThoseAbove() {
        for (int i = 0; i < ROOMS.size(); i++) {
            String[] below = ROOMS.subList(i + 1, ROOMS.size()).stream()
                    .map(r -> "dev.kinora." + r + "..")
                    .toArray(String[]::new);
            if (below.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage("dev.kinora." + ROOMS.get(i) + "..")
                        .should(dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage(below)))
                        .as("kinora-" + ROOMS.get(i) + " depends only on rooms above it")
                        .allowEmptyShould(true)
                        .check(house);
            }
        }
    }

    @Test
    void onlyTensorKnowsLibtorch() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.kinora.tensor..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco.pytorch..", "org.bytedeco.openblas..")
                .check(house);
    }

    @Test
    void onlyMediaKnowsFfmpeg() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.kinora.media..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco.ffmpeg..", "org.bytedeco.javacv..")
                .check(house);
    }

    @Test
    void onlyCurateKnowsOpenCvOnnxRuntimeDuckDbAndS3() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.kinora.curate..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco.opencv..", "ai.onnxruntime..", "org.duckdb..", "software.amazon..")
                .check(house);
    }

    @Test
    void onlyTheSparkEngineKnowsSparkAndNothingKnowsIt() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.kinora.spark..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.kinora.spark..", "org.apache.spark..", "org.apache.hadoop..", "scala..")
                .check(house);
    }

    @Test
    void onlyTheRoomsWithBindingsKnowJavaCpp() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.kinora.tensor..", "dev.kinora.media..", "dev.kinora.curate..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco.javacpp..")
                .check(house);
    }

    @Test
    void insidesStayInside() {
        classes().should(keepToTheirOwnInternals()).check(house);
    }

    private static ArchCondition<JavaClass> keepToTheirOwnInternals() {
        return new ArchCondition<>("use internal packages of their own room only") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                user.getDirectDependenciesFromSelf().stream()
                        .filter(d -> IS_INTERNAL.test(d.getTargetClass()))
                        .filter(d -> !room(d.getTargetClass()).equals(room(user)))
                        .forEach(d -> events.add(SimpleConditionEvent.violated(d, d.getDescription())));
            }
        };
    }

    private static final DescribedPredicate<JavaClass> IS_INTERNAL = DescribedPredicate.describe(
            "internal",
            c -> c.getPackageName().startsWith("dev.kinora.") && (c.getPackageName() + ".").contains(".internal."));

    @Test
    void packagesFormNoCycles() {
        slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(house);
    }

    /** A package and its insides are one. */
    private static final class Packages implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass c) {
            return SliceIdentifier.of(c.getPackageName().replaceFirst("\\.internal(\\..*)?$", ""));
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }

    private static String room(JavaClass c) {
        return c.getPackageName().split("\\.", 4)[2];
    }
}
