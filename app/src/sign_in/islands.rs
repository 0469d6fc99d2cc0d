//! What a script shortens of BankID: the code renews itself, the page goes on by itself, the way back needs no button.

#![expect(missing_docs, reason = "the macro writes a struct for the props without any")]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "hydrate")]
use {crate::browser, leptos::task::spawn_local, model::Progress, std::time::Duration};

/// The id of the form on the way back.
pub(crate) const BACK: &str = "back";

/// Seconds after which waiting alone is no advice any more.
#[cfg(feature = "hydrate")]
const SLOW: u32 = 30;

/// What the waiting page says.
#[derive(Clone, Serialize, Deserialize)]
pub struct WaitWords {
    /// With `{minutes}` and `{seconds}`.
    pub time_left: String,
    /// The alternative text of the code.
    pub qr: String,
    /// What to do when nothing has happened for a while.
    pub slow: String,
}

/// How the identification goes: BankID's sentence, and the code while it can be read.
///
/// Before the script wakes, and without it, the code stands in a frame that the server refreshes; then the picture takes
/// its place. Asks every other second, never while the page is hidden. The sentence is in a polite live region and is
/// only written when it changes; the time beside it is not read aloud.
#[island]
pub fn Waiting(
    /// BankID's sentence at first.
    say: String,
    /// Whether there is a code to read.
    code: bool,
    /// Whole seconds the code can still be read.
    seconds: u32,
    /// The server function to ask.
    ask: String,
    /// What else is said.
    words: WaitWords,
) -> impl IntoView {
    let say = RwSignal::new(say);
    let code = RwSignal::new(code);
    let left = RwSignal::new(seconds);
    // Seconds since the script woke; 0 until then.
    let awake = RwSignal::new(0_u32);
    let slow = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        let asking = StoredValue::new(false);
        browser::every(Duration::from_secs(1), move || {
            awake.update(|seconds| *seconds += 1);
            left.update(|seconds| *seconds = seconds.saturating_sub(1));
            let passed = awake.get_untracked();
            if passed == SLOW {
                slow.set(true);
            }
            if passed % 2 == 1 || asking.get_value() || !browser::visible() {
                return;
            }
            asking.set_value(true);
            let ask = ask.clone();
            spawn_local(async move {
                match browser::ask(&ask, "").await {
                    Some(Progress::Waiting { words, scanned, seconds_left }) => {
                        if say.get_untracked() != words {
                            say.set(words);
                        }
                        let readable = code.get_untracked() && !scanned;
                        if code.get_untracked() != readable {
                            code.set(readable);
                        }
                        left.set(seconds_left);
                    }
                    Some(Progress::Done { go }) => browser::go(&go),
                    // The page itself says what happened and what to do.
                    Some(Progress::Stopped { .. }) => browser::reload(),
                    None => {}
                }
                asking.set_value(false);
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = ask;
    let WaitWords { time_left, qr, slow: slow_words } = words;
    let picture = move || {
        code.get().then(|| {
            let qr = qr.clone();
            match awake.get() {
                0 => view! { <iframe class="qr" src="/bankid/qr" title=qr></iframe> }.into_any(),
                turn => {
                    view! { <img class="qr" src=format!("/bankid/qr.svg?{turn}") alt=qr width="240" height="240"/> }
                        .into_any()
                }
            }
        })
    };
    let time = move || {
        let left = left.get();
        (left > 0 && awake.get() > 0).then(|| {
            let words = time_left.replace("{minutes}", &(left / 60).to_string());
            view! { <p class="time">{words.replace("{seconds}", &(left % 60).to_string())}</p> }
        })
    };
    view! {
        <div class="scan">
            {picture}
            <div>
                <p class="say" aria-live="polite">{move || say.get()}</p>
                {time}
                {move || slow.get().then(|| view! { <p>{slow_words.clone()}</p> })}
            </div>
        </div>
    }
}

/// Tells the start form that a script is awake, so that the way back can use the fragment of an address, which reaches
/// no log.
#[island]
pub fn Awake() -> impl IntoView {
    let awake = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    spawn_local(async move { awake.set(true) });
    view! { <input type="hidden" name="script" value=move || if awake.get() { "1" } else { "0" }/> }
}

/// The one-use token of the way back, inside the form `back`. The script takes it out of the address and sends the form
/// by itself as soon as BankID has answered; without script it came in the query and the button sends it.
#[island]
pub fn WayBack(
    /// The token, where the query brought it.
    nonce: String,
    /// The server function to ask how far BankID is.
    ask: String,
) -> impl IntoView {
    let (nonce, script) = (RwSignal::new(nonce), RwSignal::new(false));
    #[cfg(feature = "hydrate")]
    {
        // The token can be used once: so is the form.
        let sent = StoredValue::new(false);
        let look = move || {
            let ask = ask.clone();
            spawn_local(async move {
                let decided = matches!(
                    browser::ask(&ask, "returning=true").await,
                    Some(Progress::Done { .. } | Progress::Stopped { .. })
                );
                if decided && !sent.get_value() {
                    sent.set_value(true);
                    browser::send(BACK);
                }
            });
        };
        let take = move || {
            if let Some(token) = browser::take_fragment("nonce") {
                nonce.set(token);
                script.set(true);
            }
            if !nonce.get_untracked().is_empty() {
                look();
                browser::every(Duration::from_secs(2), look);
            }
        };
        // After the fields stand: what is set while they are woken up would not reach them.
        spawn_local(async move { take() });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = ask;
    view! {
        <input type="hidden" name="nonce" value=move || nonce.get()/>
        <input type="hidden" name="script" value=move || if script.get() { "1" } else { "0" }/>
    }
}
