//! An identification that goes on: BankID's sentence, the code to read, and what it came to.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Advice, Device};
use portal::{Identification, Phase};

use super::{
    api::{Cancel, GoOn, Start},
    choices::{choices, device_word, script, word},
    islands::{CODE, ELSEWHERE, SAY, SLOW, TIME, Waiting},
};
use crate::{
    Place,
    text::{Text, language},
    ui::{
        form::{hidden, send},
        say::whom_to_call,
    },
};

/// The heading of a page that waits, or of what the waiting came to.
pub(super) fn heading(found: &Identification) -> Text {
    match (found.phase, found.device) {
        (Phase::Complete, _) => Text::BankidCompleteTitle,
        (Phase::Stopped { .. }, _) => Text::BankidStoppedTitle,
        (Phase::Waiting { .. }, Device::Other) => Text::BankidScanTitle,
        (Phase::Waiting { .. }, Device::This) => Text::BankidOpenTitle,
    }
}

/// An identification that goes on, or what it came to.
pub(super) fn waiting(found: Identification) -> impl IntoView {
    let heading = heading(&found);
    let Identification { purpose, back, device, phase, seconds_left, launch, qr, .. } = found;
    let body = match (phase, device) {
        (Phase::Complete, Device::Other) => go_on().into_any(),
        (Phase::Complete, Device::This) => view! {
            <p class="lead" id=ELSEWHERE>{Text::BankidOtherTab}</p>
            <Waiting/>
        }
        .into_any(),
        (Phase::Stopped { advice }, _) => view! {
            <p class="lead">{portal::advice_text(advice, language())}</p>
            {choices(purpose, back.clone(), true)}
            {whom_to_call(Vec::new())}
        }
        .into_any(),
        (Phase::Waiting { advice, .. }, Device::Other) => view! {
            {waiting_for(advice, qr.is_some(), seconds_left)}
            {go_on()}
        }
        .into_any(),
        (Phase::Waiting { advice, .. }, Device::This) => view! {
            <p class="lead">{Text::BankidOpenLead}</p>
            <div class="actions">
                {launch.map(|launch| view! { <a class="button" href=launch>{Text::BankidOpen}</a> })}
            </div>
            {waiting_for(advice, false, 0)}
        }
        .into_any(),
    };
    let instead = matches!(phase, Phase::Waiting { .. }).then(|| {
        let (other, label) = match device {
            Device::Other => (Device::This, Text::BankidThisInstead),
            Device::This => (Device::Other, Text::BankidOtherInstead),
        };
        view! {
            <form method="post" action=Start::url()>
                {hidden("purpose", word(purpose))}
                {hidden("device", device_word(other))}
                {back.map(|back| hidden("back", back))}
                {(other == Device::This).then(script)}
                <button class="second">{label}</button>
            </form>
        }
    });
    let elsewhere = phase == Phase::Complete && device == Device::This;
    let cancel = (!matches!(phase, Phase::Stopped { .. })).then(|| {
        // The other tab may be lost, and then this is the way on.
        let label = if elsewhere { Text::BankidStartAgain } else { Text::BankidCancel };
        view! {
            <form method="post" action=Cancel::url()>
                {hidden("purpose", word(purpose))}
                <button class="plain">{label}</button>
            </form>
        }
    });
    view! {
        <h1>{heading}</h1>
        {body}
        <div class="actions">{instead}{cancel}</div>
        {(phase != Phase::Complete).then(|| view! { <p class="out"><a href=Place::NoBankId.to_string()>{Text::SignInNoBankid}</a></p> })}
    }
}

/// "Fortsätt": with script it is there too, and does no harm.
fn go_on() -> impl IntoView {
    view! { <form method="post" action=GoOn::url()><div class="actions">{send(Text::StepContinue)}</div></form> }
}

/// The waiting itself: BankID's sentence, and the code where there is one. The frame says the sentence itself, so it is
/// hidden beside it until a script has put a picture in the frame's place.
fn waiting_for(advice: Advice, code: bool, seconds: u32) -> impl IntoView {
    let (minutes, rest) = ("{minutes}".to_owned(), "{seconds}".to_owned());
    let time = Text::BankidTimeLeft { minutes, seconds: rest }.owned();
    let frame = code.then(|| {
        view! {
            <iframe class="qr" id=CODE src="/bankid/qr" title=Text::BankidQrAlt.here() width="240" height="240"></iframe>
        }
    });
    view! {
        <div class="scan">
            {frame}
            <div>
                <p class="say" id=SAY aria-live="polite" hidden=code>{portal::advice_text(advice, language())}</p>
                {code.then(|| view! { <p class="time" id=TIME hidden data-words=time data-left=seconds></p> })}
                <div role="status"><p id=SLOW hidden>{Text::BankidSlow}</p></div>
                {code.then(how)}
            </div>
        </div>
        <Waiting/>
    }
}

/// What to do with a telephone in front of the code.
fn how() -> impl IntoView {
    view! {
        <ol class="how">
            <li>{Text::BankidHowOpen}</li>
            <li>{Text::BankidHowScan}</li>
            <li>{Text::BankidHowConfirm}</li>
        </ol>
    }
}

/// The code in a frame of its own, for browsers without script. The server lets it refresh itself.
pub(crate) fn qr_frame(css: &str, found: Option<&Identification>) -> impl IntoView + use<> {
    let say = match found.map(|found| (found.phase, found.seconds_left)) {
        Some((Phase::Waiting { advice, .. }, left)) => {
            let words = portal::advice_text(advice, language());
            format!("{words} {}", time_left(left))
        }
        Some((Phase::Complete, _)) => Text::BankidFrameDone.owned(),
        Some((Phase::Stopped { .. }, _)) | None => Text::BankidFrameStopped.owned(),
    };
    let code = found.is_some_and(|found| found.qr.is_some());
    view! {
        <!DOCTYPE html>
        <html lang=language().tag() dir="ltr">
            <head>
                <meta charset="utf-8"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{Text::BankidQrAlt}</title>
                <link rel="stylesheet" href=css.to_owned()/>
            </head>
            <body class="frame">
                {code.then(|| view! {
                    <img class="qr" src="/bankid/qr.svg" alt=Text::BankidQrAlt.here() width="240" height="240"/>
                })}
                <p>{say}</p>
            </body>
        </html>
    }
}

fn time_left(seconds: u32) -> String {
    if seconds == 0 {
        return String::new();
    }
    Text::BankidTimeLeft { minutes: (seconds / 60).to_string(), seconds: (seconds % 60).to_string() }.owned()
}

#[cfg(test)]
mod tests {
    use model::{Language, Progress};

    use super::*;
    use crate::sign_in::{api::AskProgress, islands::PROGRESS};

    #[test]
    fn every_advice_of_bankid_has_words_in_every_language() {
        for language in Language::ALL {
            for advice in Advice::ALL {
                assert!(!portal::advice_text(advice, language).is_empty(), "{advice:?} in {language}");
            }
        }
    }

    #[test]
    fn the_waiting_knows_its_server_function_and_the_shape_of_its_answers() {
        assert_eq!(PROGRESS, AskProgress::PATH);
        let answer = |progress| leptos::serde_json::to_value::<Progress>(progress).unwrap();
        let waiting = answer(Progress::Waiting { words: "x".into(), scanned: true, seconds_left: 7 });
        assert_eq!(waiting["state"], "waiting");
        assert_eq!(
            (&waiting["words"], &waiting["scanned"], &waiting["seconds_left"]),
            (&"x".into(), &true.into(), &7.into())
        );
        assert_eq!(answer(Progress::Done { go: "/".into() })["state"], "done");
        assert_eq!(answer(Progress::Done { go: "/".into() })["go"], "/");
        assert_eq!(answer(Progress::Stopped { words: "x".into() })["state"], "stopped");
    }
}
