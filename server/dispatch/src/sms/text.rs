//! What is written in a text message, in each language. The texts are files in `texts/<language>/`, for translators.

use std::fmt;

use model::Language;

use super::gsm7;
use crate::letters::fill;

/// A written message. Names no person, child, school or number.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// What kind of message: the name of its files.
    pub kind: &'static str,
    /// The language it is written in.
    pub language: Language,
    /// The message.
    pub text: String,
}

impl Text {
    /// How many messages it is sent, and paid, as.
    pub fn parts(&self) -> usize {
        gsm7::parts(&self.text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("kind", &self.kind)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// The proof of a number: a code to type, good for `minutes`. It is the only run of exactly six digits.
pub fn code(language: Language, code: &str, minutes: u32) -> Text {
    let minutes = minutes.to_string();
    CODE.write(language, &[("code", code), ("minutes", &minutes)])
}

/// A try, asked for on Personuppgifter. `host` is the portal's, without scheme.
pub fn test(language: Language, host: &str) -> Text {
    TEST.write(language, &[("host", host)])
}

/// Told to the number that was valid until now: another took its place, or none. `host` is the portal's, without scheme.
pub fn number_changed(language: Language, host: &str) -> Text {
    NUMBER_CHANGED.write(language, &[("host", host)])
}

/// There is news of a child's absence: the same words whatever it is and whoever the child. `link` confirms without a
/// login that the message was received.
pub fn absence_notice(language: Language, link: &str) -> Text {
    ABSENCE_NOTICE.write(language, &[("link", link)])
}

/// What [`absence_notice`] told of was wrong. `site` is the portal's address.
pub fn absence_corrected(language: Language, site: &str) -> Text {
    ABSENCE_CORRECTED.write(language, &[("site", site)])
}

/// A message's files, one a language.
struct Template {
    kind: &'static str,
    sv: &'static str,
    en: &'static str,
}

macro_rules! template {
    ($kind:literal) => {
        Template {
            kind: $kind,
            sv: include_str!(concat!("../../texts/sv/", $kind, ".txt")),
            en: include_str!(concat!("../../texts/en/", $kind, ".txt")),
        }
    };
}

const CODE: Template = template!("code");
const TEST: Template = template!("test");
const NUMBER_CHANGED: Template = template!("number-changed");
const ABSENCE_NOTICE: Template = template!("absence-notice");
const ABSENCE_CORRECTED: Template = template!("absence-corrected");

impl Template {
    fn write(&self, language: Language, values: &[(&str, &str)]) -> Text {
        let file = match language {
            Language::Sv => self.sv,
            Language::En => self.en,
        };
        Text { kind: self.kind, language, text: fill(file.trim_end(), values, str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letters::holds_six_digits;

    /// Longer than the portal's own.
    const HOST: &str = "hjarntorget.goteborg.se";
    /// The path, and 128 bits in the alphabet of addresses.
    const LINK: &str = "https://hjarntorget.goteborg.se/kvittera/kZ3q2-7wABkZ3q2-7wAB_w";

    #[test]
    fn every_message_is_one_part_in_every_language() {
        for language in Language::ALL {
            for text in [
                code(language, "482915", 10),
                test(language, HOST),
                number_changed(language, HOST),
                absence_notice(language, LINK),
                absence_corrected(language, "https://hjarntorget.goteborg.se"),
            ] {
                assert_eq!(text.parts(), 1, "{:?}: {} characters", text, text.text.chars().count());
                assert!(!text.text.contains("{{"), "{}", text.text);
            }
        }
    }

    #[test]
    fn the_code_is_the_only_run_of_six_digits() {
        for language in Language::ALL {
            let text = code(language, "482915", 10).text;
            assert_eq!(text.matches("482915").count(), 1, "{text}");
            for other in
                [text.replace("482915", ""), test(language, HOST).text, number_changed(language, HOST).text]
            {
                assert!(!holds_six_digits(&other), "{other}");
            }
        }
    }

    #[test]
    fn an_absence_is_told_with_its_link_and_holds_no_run_of_six_digits() {
        for language in Language::ALL {
            let notice = absence_notice(language, LINK);
            assert!(notice.text.ends_with(LINK) && !crate::letters::holds_six_digits(&notice.text));
            let corrected = absence_corrected(language, "https://konto.example.se");
            assert!(corrected.text.ends_with("https://konto.example.se"));
        }
    }

    #[test]
    fn debug_does_not_show_the_code() {
        assert!(!format!("{:?}", code(Language::Sv, "482915", 10)).contains("482915"));
    }
}
