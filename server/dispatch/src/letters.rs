//! What is written, in each language. The texts are files in `letters/<language>/`, for translators.
//!
//! A letter is a pair of files: `<name>.txt`, whose first line is the subject and whose second is empty, and
//! `<name>.html`. Both may hold `{{placeholders}}`; a test compares files and placeholders across languages.

use std::fmt;

use model::Language;

/// A written letter. Names no person, child, school or number.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// What kind of letter: the name of its files.
    pub kind: &'static str,
    /// The language it is written in.
    pub language: Language,
    /// The subject line.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The same as simple HTML: no picture, no style sheet, nothing that is fetched.
    pub html: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("kind", &self.kind)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// The proof of an address: a code to type, and a link for who reads the mail on another device. Both are good for
/// `minutes`.
///
/// `code` is the only run of exactly six digits in the letter as long as the link holds none ([`holds_six_digits`]).
pub fn email_code(language: Language, code: &str, link: &str, minutes: u32) -> Letter {
    let minutes = minutes.to_string();
    EMAIL_CODE.write(language, &[("code", code), ("link", link), ("minutes", &minutes)])
}

/// The account is open. `site` is the portal's address.
pub fn welcome(language: Language, site: &str) -> Letter {
    WELCOME.write(language, &[("site", site)])
}

/// Told to the address that was valid until now: another took its place. `site` is the portal's address.
pub fn address_changed(language: Language, site: &str) -> Letter {
    ADDRESS_CHANGED.write(language, &[("site", site)])
}

/// The proof of another address of an account: a code to type, good for `minutes`.
pub fn contact_code(language: Language, code: &str, minutes: u32) -> Letter {
    let minutes = minutes.to_string();
    CONTACT_CODE.write(language, &[("code", code), ("minutes", &minutes)])
}

/// The mobile number of the account was added, changed or taken away. `site` is the portal's address.
pub fn mobile_changed(language: Language, site: &str) -> Letter {
    MOBILE_CHANGED.write(language, &[("site", site)])
}

/// The account was closed by its holder, who may undo it for `days`. `site` is the portal's address.
pub fn account_closed(language: Language, site: &str, days: u32) -> Letter {
    let days = days.to_string();
    ACCOUNT_CLOSED.write(language, &[("site", site), ("days", &days)])
}

/// Of a child's absence neither mails nor text messages tell any more, by the settings. `site` is the
/// portal's address.
pub fn notices_stay(language: Language, site: &str) -> Letter {
    NOTICES_STAY.write(language, &[("site", site)])
}

/// A try, asked for on Personuppgifter. `site` is the portal's address.
pub fn test(language: Language, site: &str) -> Letter {
    TEST.write(language, &[("site", site)])
}

/// There is news of a child's absence: the same words whatever it is and whoever the child. `link` confirms without a
/// login that the letter was received, for so many `days`; `site` is the portal's address.
pub fn absence_notice(language: Language, link: &str, site: &str, days: u32) -> Letter {
    let days = days.to_string();
    ABSENCE_NOTICE.write(language, &[("link", link), ("site", site), ("days", &days)])
}

/// What [`absence_notice`] told of was wrong. `site` is the portal's address.
pub fn absence_corrected(language: Language, site: &str) -> Letter {
    ABSENCE_CORRECTED.write(language, &[("site", site)])
}

/// Whether a text holds a run of exactly six digits. A link in a letter must not: it would look like the code.
pub fn holds_six_digits(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 6)
}

/// A letter's files, one pair a language.
struct Template {
    kind: &'static str,
    sv: Files,
    en: Files,
}

struct Files {
    text: &'static str,
    html: &'static str,
}

macro_rules! template {
    ($kind:literal) => {
        Template {
            kind: $kind,
            sv: Files {
                text: include_str!(concat!("../letters/sv/", $kind, ".txt")),
                html: include_str!(concat!("../letters/sv/", $kind, ".html")),
            },
            en: Files {
                text: include_str!(concat!("../letters/en/", $kind, ".txt")),
                html: include_str!(concat!("../letters/en/", $kind, ".html")),
            },
        }
    };
}

const EMAIL_CODE: Template = template!("email-code");
const WELCOME: Template = template!("welcome");
const ADDRESS_CHANGED: Template = template!("address-changed");
const CONTACT_CODE: Template = template!("contact-code");
const MOBILE_CHANGED: Template = template!("mobile-changed");
const ACCOUNT_CLOSED: Template = template!("account-closed");
const NOTICES_STAY: Template = template!("notices-stay");
const TEST: Template = template!("test");
const ABSENCE_NOTICE: Template = template!("absence-notice");
const ABSENCE_CORRECTED: Template = template!("absence-corrected");

impl Template {
    fn files(&self, language: Language) -> &Files {
        match language {
            Language::Sv => &self.sv,
            Language::En => &self.en,
        }
    }

    fn write(&self, language: Language, values: &[(&str, &str)]) -> Letter {
        let files = self.files(language);
        let (subject, text) = files.text.split_once("\n\n").unwrap_or(("", files.text));
        Letter {
            kind: self.kind,
            language,
            subject: fill(subject, values, str::to_owned),
            text: fill(text, values, str::to_owned),
            html: fill(files.html, values, escaped),
        }
    }
}

/// Puts the values in their places. A place without a value stays empty; a test sees to it that there is none.
pub(crate) fn fill(template: &str, values: &[(&str, &str)], write: fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, behind) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(before);
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            filled.push_str(&write(value));
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// Text as it stands in HTML, in an attribute as well.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
