plugins {
    java
    id("org.springframework.boot") version "4.0.7"
}
java { toolchain { languageVersion = JavaLanguageVersion.of(25) } }
