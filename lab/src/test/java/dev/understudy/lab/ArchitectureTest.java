package dev.understudy.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.lang.foreign.Linker;
import org.junit.jupiter.api.Test;

/** Arrows between modules point one way, and the pure ones stay pure. */
final class ArchitectureTest {
  private static final String ROOT = "dev.understudy.";
  private static final String[] PURE = {
    ROOT + "core..",
    ROOT + "protocols..",
    ROOT + "border..",
    ROOT + "replication..",
    ROOT + "wire.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.understudy");

  @Test
  void all_modules_of_the_product_are_looked_at() {
    for (String module :
        new String[] {
          "schema",
          "wire",
          "core",
          "protocols",
          "border",
          "replication",
          "linux",
          "edge",
          "forwarder",
          "supervisor",
          "simulation",
          "launcher"
        }) {
      assertThat(CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + module)))
          .as(module)
          .isTrue();
    }
  }

  @Test
  void arrows_between_modules_point_downwards() {
    Architectures.layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schema")
        .definedBy(ROOT + "schema..")
        .layer("wire")
        .definedBy(ROOT + "wire..")
        .layer("core")
        .definedBy(ROOT + "core..")
        .layer("protocols")
        .definedBy(ROOT + "protocols..")
        .layer("border")
        .definedBy(ROOT + "border..")
        .layer("replication")
        .definedBy(ROOT + "replication..")
        .layer("linux")
        .definedBy(ROOT + "linux..")
        .layer("edge")
        .definedBy(ROOT + "edge..")
        .layer("forwarder")
        .definedBy(ROOT + "forwarder..")
        .layer("supervisor")
        .definedBy(ROOT + "supervisor..")
        .layer("simulation")
        .definedBy(ROOT + "simulation..")
        .layer("launcher")
        .definedBy(ROOT + "launcher..")
        .whereLayer("launcher")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("simulation")
        .mayOnlyBeAccessedByLayers("launcher")
        .whereLayer("supervisor")
        .mayOnlyBeAccessedByLayers("launcher")
        .whereLayer("forwarder")
        .mayOnlyBeAccessedByLayers("simulation", "launcher")
        .whereLayer("replication")
        .mayOnlyBeAccessedByLayers("supervisor", "simulation", "launcher")
        .whereLayer("border")
        .mayOnlyBeAccessedByLayers("forwarder", "simulation", "launcher")
        .whereLayer("protocols")
        .mayOnlyBeAccessedByLayers("supervisor", "simulation", "launcher")
        .whereLayer("linux")
        .mayOnlyBeAccessedByLayers("edge", "forwarder", "supervisor", "launcher")
        .whereLayer("edge")
        .mayOnlyBeAccessedByLayers("forwarder", "supervisor", "launcher")
        .whereLayer("schema")
        .mayOnlyBeAccessedByLayers(
            "core",
            "protocols",
            "border",
            "replication",
            "edge",
            "forwarder",
            "supervisor",
            "simulation",
            "launcher")
        .whereLayer("wire")
        .mayOnlyBeAccessedByLayers("protocols", "forwarder", "supervisor", "simulation", "launcher")
        .whereLayer("core")
        .mayOnlyBeAccessedByLayers(
            "protocols",
            "border",
            "replication",
            "forwarder",
            "supervisor",
            "simulation",
            "launcher")
        .check(CLASSES);
  }

  @Test
  void engines_border_and_replication_have_no_clock_threads_files_or_sockets() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io..",
            "java.net..",
            "java.nio.channels..",
            "java.nio.file..",
            "java.util.concurrent..",
            "io.grpc..",
            "io.netty..",
            "org.slf4j..")
        .because("time and all else come with the input")
        .check(
            CLASSES.that(
                com.tngtech.archunit.base.DescribedPredicate.describe(
                    "other than those that decode protobuf, what copies on other threads share, and"
                        + " counters that others read",
                    c ->
                        !c.getName().endsWith("RowOctets")
                            && !c.getName().endsWith("Tables")
                            && !c.getName().endsWith("ParsedRows")
                            && !c.getName().endsWith("DecodeCounters"))));
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class, java.util.Random.class)
        .check(CLASSES);
  }

  @Test
  void native_calls_are_in_one_module() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "linux..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Linker.class)
        .check(CLASSES);
  }
}
