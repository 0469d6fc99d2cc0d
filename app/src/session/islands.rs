//! The warning before a session ends.

#![expect(missing_docs, reason = "the macro writes a struct for the props without any")]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "hydrate")]
use crate::browser;

/// How long before the end the warning comes, in seconds.
#[cfg(feature = "hydrate")]
const WARNING: f64 = 120.0;

/// What the warning says.
#[derive(Clone, Serialize, Deserialize)]
pub struct EndWords {
    /// The heading.
    pub title: String,
    /// What happens.
    pub text: String,
    /// The button.
    pub stay: String,
}

/// Warns two minutes before the session ends and lets the visitor stay; what was typed is kept. When the session is
/// over, the page is left, so that nothing of a person stays on a screen nobody looks at.
///
/// Without script none of this is there: the page answers a late form with "the session has ended".
#[island]
pub fn SessionEnds(
    /// Whole seconds until the end, as the page is written.
    seconds: u32,
    /// The server function that puts the end off.
    stay: String,
    /// The page for afterwards.
    ended: String,
    /// What it says.
    words: EndWords,
) -> impl IntoView {
    let soon = RwSignal::new(false);
    let busy = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    let end = {
        let end = StoredValue::new(browser::clock() + f64::from(seconds) * 1000.0);
        browser::reload_when_remembered();
        browser::every(std::time::Duration::from_secs(5), move || {
            let left = (end.get_value() - browser::clock()) / 1000.0;
            if left <= 0.0 {
                browser::go(&ended);
            } else if soon.get_untracked() != (left <= WARNING) {
                soon.set(left <= WARNING);
            }
        });
        end
    };
    #[cfg(not(feature = "hydrate"))]
    let _ = (seconds, ended);
    let put_off = move || {
        busy.set(true);
        let stay = stay.clone();
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async move {
            if let Some(seconds) = browser::ask::<u32>(&stay, "").await {
                end.set_value(browser::clock() + f64::from(seconds) * 1000.0);
                soon.set(false);
            }
            busy.set(false);
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = stay;
    };
    let EndWords { title, text, stay: label } = words;
    view! {
        {move || {
            let put_off = put_off.clone();
            soon.get().then(|| view! {
                <div class="ends notice warn" role="alertdialog" aria-labelledby="ends-title" aria-describedby="ends-text">
                    <h2 id="ends-title">{title.clone()}</h2>
                    <p id="ends-text">{text.clone()}</p>
                    <div class="actions">
                        <button type="button" disabled=move || busy.get() on:click=move |_| put_off()>
                            {label.clone()}
                        </button>
                    </div>
                </div>
            })
        }}
    }
}
