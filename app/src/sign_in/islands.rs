//! What a script shortens of BankID: the code renews itself, the page goes on by itself, the way back needs no button.
//!
//! These islands have no props and no view: the server wrote the page, they wake up what stands on it. Reading props
//! would bring a JSON parser along, half as heavy as everything else together.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use {
    crate::browser::{self, Answer, Piece},
    std::{cell::Cell, rc::Rc},
};

/// The server function that says how far BankID is.
#[cfg(any(test, feature = "hydrate"))]
pub(crate) const PROGRESS: &str = "/api/sign_in/progress";

/// The id of the frame with the code.
pub(crate) const CODE: &str = "code-frame";
/// The id of BankID's sentence.
pub(crate) const SAY: &str = "say";
/// The id of the time that is left; its `data-words` hold `{minutes}` and `{seconds}`, its `data-left` the seconds.
pub(crate) const TIME: &str = "time";
/// The id of what to do when nothing has happened for a while.
pub(crate) const SLOW: &str = "slow";
/// The id of the sentence that another tab is where it goes on.
pub(crate) const ELSEWHERE: &str = "elsewhere";
/// The id of the form on the way back.
pub(crate) const BACK: &str = "back";
/// The id of the button on the way back, hidden while the token is still in the fragment.
pub(crate) const GO: &str = "go";
/// The name of the answer that says whether a script is awake.
pub(crate) const SCRIPT: &str = "script";
/// The name of the answer that holds the one-use token of the way back.
pub(crate) const NONCE: &str = "nonce";

/// Seconds after which waiting alone is no advice any more.
#[cfg(feature = "hydrate")]
const PATIENCE: u32 = 30;

/// Follows an identification: BankID's sentence, and the code while it can be read. Where another tab takes over, until
/// that one has come somewhere.
///
/// Without script the code stands in a frame that the server refreshes; here a picture takes its place. Asks every other
/// second, never while the page is hidden. The sentence is in a polite live region and only written when it changes; the
/// time beside it is not read aloud.
#[island]
pub fn Waiting() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        let from = if browser::piece(ELSEWHERE).is_some() { "elsewhere=true" } else { "" };
        let picture = browser::piece(CODE).map(|frame| frame.become_picture());
        // At once, and then every second: nobody looks at an empty picture.
        let show = |second: u32, picture: &Piece| picture.set("src", &format!("/bankid/qr.svg?{second}"));
        if let Some(picture) = &picture {
            show(0, picture);
        }
        let time = browser::piece(TIME);
        let left = Rc::new(Cell::new(time.as_ref().map_or(0, |time| time.number("left"))));
        browser::reveal(SAY);
        let passed = Cell::new(0_u32);
        let asking = Rc::new(Cell::new(false));
        // Whoever has pressed a button goes where it leads, whatever an answer says that was on its way.
        let leaving = Rc::new(Cell::new(false));
        browser::on_send({
            let leaving = Rc::clone(&leaving);
            move || leaving.set(true)
        });
        browser::every(1, move || {
            passed.set(passed.get() + 1);
            left.set(left.get().saturating_sub(1));
            if let Some(picture) = &picture {
                show(passed.get(), picture);
            }
            if let Some(time) = &time {
                time.count_down(left.get());
            }
            if passed.get() == PATIENCE {
                browser::reveal(SLOW);
            }
            if passed.get().is_multiple_of(2) && !asking.get() && browser::visible() {
                asking.set(true);
                let (asking, leaving) = (Rc::clone(&asking), Rc::clone(&leaving));
                let (left, picture) = (Rc::clone(&left), picture.clone());
                browser::ask(PROGRESS, from, move |answer| {
                    asking.set(false);
                    if let Some(answer) = answer.filter(|_| !leaving.get()) {
                        hear(&answer, &left, picture.as_ref());
                    }
                });
            }
        });
    });
}

/// What the portal says of an identification that goes on; the shape is [`model::Progress`].
#[cfg(feature = "hydrate")]
fn hear(answer: &Answer, left: &Cell<u32>, picture: Option<&Piece>) {
    match &*answer.text("state") {
        "waiting" => {
            if let Some(say) = browser::piece(SAY) {
                say.write(&answer.text("words"));
            }
            if let Some(picture) = picture.filter(|_| answer.holds("scanned")) {
                picture.hide(true);
            }
            left.set(answer.number("seconds_left"));
        }
        "done" => browser::go(&answer.text("go")),
        // The page itself says what happened and what to do.
        "stopped" => browser::reload(),
        _ => {}
    }
}

/// Tells the start forms that a script is awake, so that the way back can use the fragment of an address, which reaches
/// no log.
#[island]
pub fn Awake() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| browser::answer_all(SCRIPT, "1"));
}

/// Comes back by itself: takes the one-use token out of the address into the form [`BACK`], and sends the form as soon as
/// BankID has answered. Without script the token came in the query and the button sends it.
#[island]
pub fn WayBack() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        if let Some(token) = browser::take_fragment(NONCE) {
            browser::answer_all(NONCE, &token);
            browser::answer_all(SCRIPT, "1");
            browser::reveal(GO);
        } else if !browser::answered(NONCE) {
            return;
        }
        // The token can be used once: so is the form.
        let sent = Rc::new(Cell::new(false));
        let look = move || {
            let sent = Rc::clone(&sent);
            browser::ask(PROGRESS, "returning=true", move |answer| {
                let state = answer.map(|answer| answer.text("state")).unwrap_or_default();
                if matches!(&*state, "done" | "stopped") && !sent.replace(true) {
                    browser::send(BACK);
                }
            });
        };
        look();
        browser::every(2, look);
    });
}
