//! The languages the portal speaks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language with a complete catalogue of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Swedish, the language of the authority (språklagen 2009:600, section 10).
    #[default]
    Sv,
    /// English.
    En,
}

impl Language {
    /// Every language, Swedish first.
    pub const ALL: [Self; 2] = [Self::Sv, Self::En];

    /// The BCP 47 tag, as in `<html lang>` and in the language cookie.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::En => "en",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Sv => "Svenska",
            Self::En => "English",
        }
    }

    /// The language of a tag such as `sv`, `sv-FI` or `EN`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The visitor's best language by an `Accept-Language` header (RFC 9110, section 12.5.4); Swedish where none fits.
    pub fn preferred(accept: &str) -> Self {
        let mut best = (0_u16, Self::default());
        for part in accept.split(',').take(32) {
            let mut pieces = part.split(';');
            let Some(language) = pieces.next().and_then(|tag| Self::from_tag(tag.trim())) else { continue };
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A quality value such as `0.8`, in thousandths; what is not one counts as nothing.
fn thousandths(quality: &str) -> u16 {
    let quality: f32 = quality.trim().parse().unwrap_or(0.0);
    if (0.0..=1.0).contains(&quality) { (quality * 1000.0) as u16 } else { 0 }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_wins() {
        assert_eq!(Language::preferred("de, en-GB;q=0.8, sv;q=0.5"), Language::En);
        assert_eq!(Language::preferred("sv-SE, en;q=0.9"), Language::Sv);
    }

    #[test]
    fn swedish_stands_in_for_what_is_unknown_or_broken() {
        for accept in ["", "de", "en;q=0", ";;;,,,", "en;q=banana", "en;q=7"] {
            assert_eq!(Language::preferred(accept), Language::Sv, "{accept}");
        }
    }
}
