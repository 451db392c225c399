//! What a file holds beside its text that a person should know of. Nothing of it is ever read out, run or followed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A finding in a file; closed, so that whoever stores or shows it knows them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Text that a reader of the document does not see: white on white, tiny, off the page, marked as hidden. It is left
    /// out of the blocks.
    HiddenText,
    /// A script that some viewers would run: JavaScript in a PDF, HTML or EPUB file.
    Script,
    /// Macros of an office file.
    Macros,
    /// Something that a viewer would fetch or open elsewhere: a template, picture or external entity.
    ExternalReference,
    /// Other files inside this one, which are not read: attachments, embedded objects.
    EmbeddedFile,
}

impl Flag {
    /// The name under which it is stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::HiddenText => "hidden_text",
            Self::Script => "script",
            Self::Macros => "macros",
            Self::ExternalReference => "external_reference",
            Self::EmbeddedFile => "embedded_file",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}
