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

    #[test]
    fn every_message_is_one_part_in_every_language() {
        for language in Language::ALL {
            let texts = [code(language, "482915", 10), test(language, HOST), number_changed(language, HOST)];
            for text in texts {
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
    fn debug_does_not_show_the_code() {
        assert!(!format!("{:?}", code(Language::Sv, "482915", 10)).contains("482915"));
    }
}
