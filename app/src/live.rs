//! Answers while one types: a field that runs the portal's own check in the browser, once it was touched.

#![expect(missing_docs, reason = "the macro writes a struct for the props without any")]

use std::time::Duration;

use leptos::prelude::*;
use model::{CodeForm, EmailForm, Wrong};
use serde::{Deserialize, Serialize};

/// How long after a field was left something is said about it. What left it may be a finger on its way to the button:
/// words that push the button away from under it would lose the press.
const PATIENCE: Duration = Duration::from_millis(300);

/// What a live field asks for, and so how it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// An e-mail address.
    Email,
    /// The six digits of a letter.
    Code,
}

impl Question {
    /// The field's id, and its key among the wrong ones.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Email => EmailForm::EMAIL,
            Self::Code => CodeForm::CODE,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Email => "form[email]",
            Self::Code => "form[code]",
        }
    }

    /// What is wrong with an answer, as far as can be told without the portal.
    fn check(self, typed: &str) -> Option<Wrong> {
        let wrongs = match self {
            Self::Email => EmailForm { email: typed.into() }.check().err(),
            Self::Code => CodeForm { code: typed.into() }.check().err(),
        };
        wrongs.and_then(|wrongs| wrongs.of(self.field()))
    }
}

/// What a live field says.
#[derive(Clone, Serialize, Deserialize)]
pub struct FieldWords {
    /// Below the label.
    pub hint: String,
    /// Every wrong there can be, in words.
    pub wrongs: Vec<(Wrong, String)>,
}

/// A text field with its hint and what is wrong with it. The label stands outside: it is the page's heading.
///
/// Nothing is said before the field was left once; what the portal found wrong is forgotten as soon as the answer
/// changes. What was typed before the script woke up stays.
#[island]
pub fn LiveField(
    /// What it asks.
    question: Question,
    /// What was typed before.
    value: String,
    /// What the portal found wrong.
    wrong: Option<Wrong>,
    /// What it says.
    words: FieldWords,
) -> impl IntoView {
    let (field, code) = (question.field(), question == Question::Code);
    let touched = RwSignal::new(false);
    let wrong = RwSignal::new(wrong);
    let FieldWords { hint, wrongs } = words;
    let said = move || {
        let wrong = wrong.get()?;
        wrongs.iter().find(|(known, _)| *known == wrong).map(|(_, words)| words.clone())
    };
    view! {
        <div class="field">
            <p class="hint" id=format!("{field}-hint")>{hint}</p>
            {move || said().map(|words| view! { <p class="wrong" id=format!("{field}-wrong")>{words}</p> })}
            <input
                id=field
                name=question.name()
                class=code.then_some("code")
                type="text"
                value=value
                inputmode=if code { "numeric" } else { "email" }
                autocomplete=if code { "one-time-code" } else { "email" }
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=format!("{field}-hint {field}-wrong")
                aria-invalid=move || wrong.get().map(|_| "true")
                on:change=move |event| {
                    let now = question.check(&event_target_value(&event));
                    set_timeout(
                        move || {
                            touched.set(true);
                            wrong.set(now);
                        },
                        PATIENCE,
                    );
                }
                on:input=move |event| {
                    let now = touched.get_untracked().then(|| question.check(&event_target_value(&event))).flatten();
                    if wrong.get_untracked() != now {
                        wrong.set(now);
                    }
                }
            />
        </div>
    }
}
