//! How the portal speaks of a person inside: by blind index, and by the name on the screen.

use serde::{Deserialize, Serialize};

/// The blind index of a person's number: what tables are searched by (security reference, section 10).
pub(crate) type Subject = Vec<u8>;

/// A person's name, as shown. Never a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

impl Name {
    pub(crate) fn full(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(***)")
    }
}
