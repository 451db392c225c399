//! The formats that are built in: a file each in the folder `formats`.

use std::sync::LazyLock;

use crate::mapping::Mapping;

macro_rules! sources {
    ($($name:literal,)+) => {
        /// Names and texts, by name.
        const SOURCES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../formats/", $name, ".toml")))),+];
    };
}

sources! {
    "apec",
    "clever-connect",
    "decathlon",
    "edf",
    "enedis",
    "engagement-jeunes",
    "france-travail-cegid",
    "france-travail-cegid-mapper",
    "hello-work",
    "hello-work-buddi",
    "jobteaser",
    "jooble",
    "kelio",
    "laposte",
    "leboncoin",
    "pass",
}

static FORMATS: LazyLock<Vec<(&str, Mapping)>> = LazyLock::new(|| {
    let parse = |(name, text): &(&'static str, &str)| {
        // They are part of the program and a test parses each: only a build that no test saw could fail here.
        (*name, Mapping::parse(text).unwrap_or_else(|error| panic!("formats/{name}.toml: {error}")))
    };
    SOURCES.iter().map(parse).collect()
});

/// The built-in formats with their names, in the order of these.
pub fn formats() -> impl Iterator<Item = (&'static str, &'static Mapping)> {
    FORMATS.iter().map(|(name, mapping)| (*name, mapping))
}

/// The built-in format of a name.
pub fn format(name: &str) -> Option<&'static Mapping> {
    FORMATS.iter().find(|(known, _)| *known == name).map(|(_, mapping)| mapping)
}

/// The text of a built-in format.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
