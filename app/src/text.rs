//! What we say, by key. The words stand in `locales/<lang>.ftl`, made into [`Text`] by `build.rs`; they are rendered on
//! the server and never reach the WASM: an island finds its words in the `data-words` of what stands on the page.

use std::{borrow::Cow, fmt::Write as _};

use leptos::{prelude::*, reactive::owner::Owner};
use model::Language;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

impl Text {
    /// The words, in the language of the page being rendered.
    pub(crate) fn here(&self) -> Cow<'static, str> {
        self.say(language())
    }

    /// The same, owned.
    pub(crate) fn owned(&self) -> String {
        self.here().into_owned()
    }
}

/// A text stands in a view as its words.
impl IntoRender for Text {
    type Output = Cow<'static, str>;

    fn into_render(self) -> Self::Output {
        self.here()
    }
}

/// Says something that is no page, in a language.
pub(crate) fn speaking<T>(language: Language, say: impl FnOnce() -> T) -> T {
    let owner = Owner::new();
    let said = owner.with(|| {
        provide_context(language);
        say()
    });
    owner.cleanup();
    said
}

/// The language of the page being rendered.
pub(crate) fn language() -> Language {
    use_context().unwrap_or_default()
}

/// The CLDR categories our languages have besides `other`.
enum Plural {
    One,
    Other,
}

/// The plural category of a count (CLDR, cardinal). Swedish and English: one is one, everything else other.
fn plural(language: Language, count: u64) -> Plural {
    match (language, count) {
        (Language::Sv | Language::En, 1) => Plural::One,
        (Language::Sv | Language::En, _) => Plural::Other,
    }
}

/// Puts a placeholder's value into a sentence.
fn put(said: &mut String, value: impl std::fmt::Display) {
    // Writing to a String does not fail.
    let _ = write!(said, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::prose;

    #[test]
    fn no_text_shouts_or_begs() {
        for (key, said) in SOURCES {
            for (language, words) in *said {
                let low = words.to_lowercase();
                assert!(!words.contains('!'), "{language}: {key} has an exclamation mark");
                assert!(!low.contains("vänligen") && !low.contains("please"), "{language}: {key} begs");
                assert!(!words.trim().is_empty(), "{language}: {key} says nothing");
                assert!(!words.contains("  "), "{language}: {key} has two spaces in a row");
            }
        }
    }

    #[test]
    fn prose_links_only_to_pages_that_exist_and_both_languages_link_alike() {
        for (key, said) in SOURCES.iter().filter(|(key, _)| key.ends_with("-body")) {
            let links: Vec<_> = said.iter().map(|(_, words)| prose::links(words)).collect();
            for link in links.iter().flatten() {
                assert!(prose::address(link).is_some(), "{key} links to nowhere: {link}");
            }
            for pair in links.windows(2) {
                assert_eq!(pair[0], pair[1], "{key} links differently in two languages");
            }
        }
    }

    #[test]
    fn a_count_chooses_its_words() {
        let children = |children| Text::ApplyChildrenConfirm { children }.say(Language::Sv);
        assert_ne!(children(1), children(2));
    }
}
