//! The warning before a session ends. As the other islands it has neither props nor a view: it wakes up what the server
//! wrote.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use {
    crate::browser,
    std::{cell::Cell, rc::Rc},
};

/// The server function that puts the end off.
#[cfg(any(test, feature = "hydrate"))]
pub(crate) const STAY: &str = "/api/session/stay";
/// The page for afterwards.
#[cfg(any(test, feature = "hydrate"))]
pub(crate) const ENDED: &str = "/avslutad";

/// The id of the warning; its `data-left` holds the seconds until the end as the page was written, its `data-notice` how
/// many before the end the warning comes.
pub(crate) const WARNING: &str = "ends";
/// The id of the button that puts the end off.
pub(crate) const BUTTON: &str = "stay";

/// Warns before the session ends and lets the visitor stay; what was typed is kept. When the session is
/// over, the page is left, so that nothing of a person stays on a screen nobody looks at.
///
/// Without script none of this is there: the page answers a late form with "the session has ended".
#[island]
pub fn SessionEnds() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        let Some(warning) = browser::piece(WARNING) else { return };
        let end = Rc::new(Cell::new(browser::clock() + f64::from(warning.number("left"))));
        let notice = f64::from(warning.number("notice"));
        browser::reload_when_remembered();
        browser::on_click(BUTTON, {
            let end = Rc::clone(&end);
            move || {
                let (end, warning) = (Rc::clone(&end), browser::piece(WARNING));
                browser::ask(STAY, "", move |answer| {
                    // No answer: the session may be over, and the next look at the clock will say.
                    if let (Some(answer), Some(warning)) = (answer, warning) {
                        end.set(browser::clock() + f64::from(answer.whole()));
                        warning.hide(true);
                    }
                });
            }
        });
        browser::every(5, move || {
            let left = end.get() - browser::clock();
            if left <= 0.0 {
                browser::go(ENDED);
            } else {
                warning.hide(left > notice);
            }
        });
    });
}
