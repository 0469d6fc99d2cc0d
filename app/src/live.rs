//! Answers while one types: a text field with its hint and what is wrong with it, and the island that runs the portal's
//! own check on it in the browser.

use leptos::prelude::*;
use model::{CodeForm, MobileForm, Wrong};

#[cfg(any(test, feature = "hydrate"))]
use model::{Email, EmailForm, Mobile};

#[cfg(feature = "hydrate")]
use {
    crate::browser,
    std::{cell::Cell, rc::Rc},
};

/// How long after a field was left something is said about it, in milliseconds. What left it may be a finger on its way
/// to the button: words that push the button away from under it would lose the press.
#[cfg(feature = "hydrate")]
const PATIENCE: u64 = 300;

/// The end of the id of what is wrong with a field; its `data-words` have a line for every [`Wrong`] in the order of
/// [`Wrong::ALL`], empty for what only the portal finds.
pub(crate) const WRONG: &str = "-wrong";

/// Checks the fields of the page as the portal will.
///
/// Nothing is said before a field was left once; what the portal found wrong is forgotten as soon as the answer changes.
/// What was typed before the script woke up stays.
#[island]
pub fn LiveFields() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        let touched = Rc::new(Cell::new(false));
        browser::on_answer("change", {
            let touched = Rc::clone(&touched);
            move |field, typed| {
                let touched = Rc::clone(&touched);
                browser::after(PATIENCE, move || {
                    touched.set(true);
                    tell(&field, wrong_with(&field, &typed));
                });
            }
        });
        browser::on_answer("input", move |field, typed| {
            tell(&field, if touched.get() { wrong_with(&field, &typed) } else { None });
        });
    });
}

/// Says what is wrong with a field, or that nothing is.
#[cfg(feature = "hydrate")]
pub(crate) fn tell(field: &str, wrong: Option<Wrong>) {
    let (Some(place), Some(field)) = (browser::piece(&format!("{field}{WRONG}")), browser::piece(field))
    else {
        return;
    };
    if let Some(wrong) = wrong {
        place.write_line(place_of(wrong));
    }
    place.hide(wrong.is_none());
    field.set("aria-invalid", if wrong.is_some() { "true" } else { "false" });
}

/// The line of a wrong's words.
#[cfg(any(test, feature = "hydrate"))]
fn place_of(wrong: Wrong) -> usize {
    Wrong::ALL.iter().take_while(|known| **known != wrong).count()
}

/// What is wrong with an answer, as far as can be told without the portal.
#[cfg(any(test, feature = "hydrate"))]
pub(crate) fn wrong_with(field: &str, typed: &str) -> Option<Wrong> {
    match field {
        EmailForm::EMAIL => Email::parse(typed).err(),
        MobileForm::MOBILE => Mobile::parse(typed).err(),
        CodeForm::CODE => CodeForm { code: typed.into() }.read().err(),
        _ => None,
    }
}

/// A text field. The label stands outside: it is the page's heading.
#[cfg(feature = "ssr")]
pub(crate) fn field(
    name: &'static str,
    value: String,
    hint: crate::text::Text,
    wrong: Option<Wrong>,
) -> impl IntoView {
    let code = name == CodeForm::CODE;
    let (keyboard, fill) = match name {
        CodeForm::CODE => ("numeric", "one-time-code"),
        MobileForm::MOBILE => ("tel", "tel"),
        _ => ("email", "email"),
    };
    view! {
        <div class="field">
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
            <div role="status">{crate::ui::form::wrong_place(name, name, wrong)}</div>
            <input
                id=name
                name=format!("form[{name}]")
                class=code.then_some("code")
                type="text"
                value=value
                inputmode=keyboard
                autocomplete=fill
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=format!("{name}-hint {name}{WRONG}")
                aria-invalid=if wrong.is_some() { "true" } else { "false" }
            />
        </div>
        <LiveFields/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_finds_wrong_what_the_portal_would() {
        assert_eq!(wrong_with("email", "a@b"), Some(Wrong::NotAnEmail));
        assert_eq!(wrong_with("email", "sara@example.se"), None);
        assert_eq!(wrong_with("mobile", "031-390 06 10"), Some(Wrong::NotAMobile));
        assert_eq!(wrong_with("mobile", "070-174 06 05"), None);
        assert_eq!(wrong_with("code", ""), Some(Wrong::Missing));
        assert_eq!(wrong_with("code", "123 456"), None);
        assert_eq!(wrong_with("another", ""), None);
    }

    #[test]
    fn every_wrong_has_a_line_of_its_own() {
        assert_eq!(Wrong::ALL.map(place_of).to_vec(), (0..Wrong::ALL.len()).collect::<Vec<_>>());
    }
}
