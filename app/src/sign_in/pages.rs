//! The login page, the waiting for BankID, and the way back from it.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Advice, Device, Purpose, Refusal, Step};
use portal::{Identification, Phase, Visit, Who};

use super::{
    api::{Cancel, ComeBack, GoOn, Start},
    islands::{Awake, BACK, CODE, GO, NONCE, SAY, SCRIPT, SLOW, TIME, Waiting, WayBack},
};
use crate::{
    Fault, NoBankId, Place,
    page::{Asked, Page, Reply},
    text::{Text, language},
    ui::{
        form::{hidden, refusal, refusal_text, send},
        say::whom_to_call,
        step::{back, step_head},
    },
};

/// The question of an address that says: a login cookie was set a moment ago.
pub(crate) const FRESH: &str = "ny";

/// The one login page, for everybody.
pub(crate) fn sign_in(who: &Who, asked: &Asked) -> Result<Reply, Fault> {
    if let Who::Guardian { .. } = who {
        return Reply::go(Place::Children);
    }
    let no = asked.refusal();
    Page::new(Text::SignInTitle, move || {
        view! {
            {refusal(no)}
            <h1>{Text::SignInTitle}</h1>
            <p class="lead">{Text::SignInLead}</p>
            {choices(Purpose::SignIn, false)}
            <p class="small">{Text::SignInNeverAsk}</p>
            <h2>{Text::SignInNoBankid}</h2>
            <p>{Text::SignInNoBankidText}</p>
            {without_bankid()}
            <h2>{Text::SignInNoAccount}</h2>
            <p><a href=Place::Apply(Step::Before).to_string()>{Text::StartApply}</a></p>
        }
    })
    .wrong(no.is_some())
    .into_reply()
}

/// BankID, on the way into an account.
pub(crate) async fn bankid(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    match visit.identification().await? {
        Some(found) if found.purpose == Purpose::Apply => Reply::go(Place::Apply(Step::Identify)),
        Some(found) => Page::new(heading(&found), move || {
            view! {
                {back(Place::SignIn)}
                {waiting(found)}
            }
        })
        .lively()
        .frames(true)
        .own()
        .into_reply(),
        None => Reply::go(elsewhere(visit, asked)),
    }
}

/// The second step of the application: the same choice and the same waiting.
pub(crate) async fn identify(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    match visit.who() {
        Who::Guardian { .. } => return Reply::go(Place::Children),
        Who::Applicant { .. } => return Reply::go(Place::Apply(Step::Children)),
        Who::Stranger => {}
    }
    match visit.identification().await? {
        Some(found) if found.purpose == Purpose::Apply => Page::new(heading(&found), move || {
            view! {
                {step_head(Step::Identify)}
                {waiting(found)}
            }
        })
        .lively()
        .frames(true)
        .own()
        .into_reply(),
        None if kept_no_cookie(visit, asked) => Reply::go(Place::NoCookies),
        _ => {
            let no = asked.refusal();
            Page::new(Text::ApplyIdentifyTitle, move || {
                view! {
                    {refusal(no)}
                    {step_head(Step::Identify)}
                    <h1>{Text::ApplyIdentifyTitle}</h1>
                    <p class="lead">{Text::ApplyIdentifyLead}</p>
                    {choices(Purpose::Apply, true)}
                    <p class="small">{Text::SignInNeverAsk}</p>
                    <p class="out"><a href=Place::NoBankId.to_string()>{Text::SignInNoBankid}</a></p>
                }
            })
            .wrong(no.is_some())
            .lively()
            .into_reply()
        }
    }
}

/// Where the app leads back to. Opening it changes nothing: only its form does.
pub(crate) async fn back_from_bankid(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    if let Some(no) = asked.refusal() {
        // Sent twice, or come back to: whoever is in already is not told otherwise.
        return match visit.who() {
            Who::Guardian { .. } => Reply::go(Place::Children),
            Who::Applicant { .. } => Reply::go(Place::Apply(Step::Children)),
            Who::Stranger => turned_away(no).into_reply(),
        };
    }
    let stopped = match visit.identification().await? {
        Some(Identification { phase: Phase::Stopped { .. }, purpose, .. }) => Some(purpose),
        _ => None,
    };
    if let Some(purpose) = stopped {
        return Reply::go(match purpose {
            Purpose::Apply => Place::Apply(Step::Identify),
            Purpose::SignIn | Purpose::StepUp => Place::SignInBankId,
        });
    }
    let nonce = asked.value(NONCE).unwrap_or_default();
    // Only a script can take the token out of the fragment; until it has, the button would send nothing.
    let asleep = nonce.is_empty();
    Page::new(Text::BankidReturnTitle, move || {
        view! {
            <h1>{Text::BankidReturnTitle}</h1>
            <p class="lead">{Text::BankidReturnLead}</p>
            <form method="post" action=ComeBack::url() id=BACK>
                {hidden(NONCE, nonce)}
                {hidden(SCRIPT, 0)}
                <WayBack/>
                <div class="actions" id=GO hidden=asleep>{send(Text::StepContinue)}</div>
            </form>
            <p class="out"><a href=Place::SignIn.to_string()>{Text::BankidStartAgain}</a></p>
        }
    })
    .lively()
    .own()
    .into_reply()
}

/// The way back did not lead in: what it means, and the way on.
fn turned_away(no: Refusal) -> Page {
    Page::new(Text::BankidNotInTitle, move || {
        view! {
            <h1>{Text::BankidNotInTitle}</h1>
            <p class="lead">{refusal_text(no)}</p>
            <div class="actions">
                <a class="button" href=Place::SignIn.to_string()>{Text::SessionSignInAgain}</a>
                <a class="button second" href=Place::Apply(Step::Identify).to_string()>{Text::SessionApplyAgain}</a>
            </div>
            {whom_to_call(Vec::new())}
        }
    })
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

fn heading(found: &Identification) -> Text {
    match (found.phase, found.device) {
        (Phase::Complete, _) => Text::BankidCompleteTitle,
        (Phase::Stopped { .. }, _) => Text::BankidStoppedTitle,
        (Phase::Waiting { .. }, Device::Other) => Text::BankidScanTitle,
        (Phase::Waiting { .. }, Device::This) => Text::BankidOpenTitle,
    }
}

/// An identification that goes on, or what it came to.
fn waiting(found: Identification) -> impl IntoView {
    let heading = heading(&found);
    let Identification { purpose, device, phase, seconds_left, launch, qr, .. } = found;
    let body = match (phase, device) {
        (Phase::Complete, Device::Other) => go_on().into_any(),
        (Phase::Complete, Device::This) => view! { <p class="lead">{Text::BankidOtherTab}</p> }.into_any(),
        (Phase::Stopped { advice }, _) => view! {
            <p class="lead">{portal::advice_text(advice, language())}</p>
            {choices(purpose, true)}
            {whom_to_call(Vec::new())}
        }
        .into_any(),
        (Phase::Waiting { advice, .. }, Device::Other) => view! {
            {waiting_for(advice, qr.is_some(), seconds_left)}
            <ol class="how">
                <li>{Text::BankidHowOpen}</li>
                <li>{Text::BankidHowScan}</li>
                <li>{Text::BankidHowConfirm}</li>
            </ol>
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
                {(other == Device::This).then(script)}
                <button class="second">{label}</button>
            </form>
        }
    });
    let cancel = !matches!(phase, Phase::Stopped { .. });
    let cancel = cancel.then(|| {
        view! {
            <form method="post" action=Cancel::url()>
                {hidden("purpose", word(purpose))}
                <button class="plain">{Text::BankidCancel}</button>
            </form>
        }
    });
    view! {
        <h1>{heading}</h1>
        {body}
        <div class="actions">{instead}{cancel}</div>
        <p class="out"><a href=Place::NoBankId.to_string()>{Text::SignInNoBankid}</a></p>
    }
}

/// "Fortsätt": with script it is there too, and does no harm.
fn go_on() -> impl IntoView {
    view! { <form method="post" action=GoOn::url()><div class="actions">{send(Text::StepContinue)}</div></form> }
}

/// Two large choices: where the app is.
fn choices(purpose: Purpose, lively: bool) -> impl IntoView {
    view! {
        <div class="choices">
            <form method="post" action=Start::url()>
                {hidden("purpose", word(purpose))}
                {lively.then(script)}
                <button class="choice main" name="device" value=device_word(Device::This)>
                    <strong>{Text::SignInThisDevice}</strong>
                    <span>{Text::SignInThisDeviceText}</span>
                </button>
            </form>
            <form method="post" action=Start::url()>
                {hidden("purpose", word(purpose))}
                <button class="choice" name="device" value=device_word(Device::Other)>
                    <strong>{Text::SignInOtherDevice}</strong>
                    <span>{Text::SignInOtherDeviceText}</span>
                </button>
            </form>
        </div>
    }
}

/// The answer that a script changes to "there is one".
fn script() -> impl IntoView {
    view! {
        {hidden(SCRIPT, 0)}
        <Awake/>
    }
}

/// The roads without BankID, the same for everybody.
pub(crate) fn without_bankid() -> impl IntoView {
    let ways = [
        (NoBankId::NoNumber, Text::NoBankidNoNumber),
        (NoBankId::NoBankId, Text::NoBankidNoBankid),
        (NoBankId::Protected, Text::NoBankidProtected),
        (NoBankId::Other, Text::NoBankidOther),
    ];
    let ways = ways.map(|(why, words)| {
        view! { <li><a href=Place::NoBankIdBecause(why).to_string()>{words}</a></li> }
    });
    view! { <ul class="ways">{ways.into_iter().collect_view()}</ul> }
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
            </div>
        </div>
        <Waiting/>
    }
}

fn time_left(seconds: u32) -> String {
    if seconds == 0 {
        return String::new();
    }
    Text::BankidTimeLeft { minutes: (seconds / 60).to_string(), seconds: (seconds % 60).to_string() }.owned()
}

/// Where somebody goes who has no identification going on.
fn elsewhere(visit: &Visit, asked: &Asked) -> Place {
    match visit.who() {
        Who::Guardian { .. } => Place::Children,
        Who::Applicant { .. } => Place::Apply(Step::Children),
        Who::Stranger if kept_no_cookie(visit, asked) => Place::NoCookies,
        Who::Stranger => Place::SignIn,
    }
}

/// A login cookie was set a moment ago, and the browser shows none of ours. (One that gave up and looks at an old address
/// shows others.)
fn kept_no_cookie(visit: &Visit, asked: &Asked) -> bool {
    asked.value(FRESH).is_some() && !visit.keeps_cookies()
}

/// A purpose as a form sends it.
fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Apply => "apply",
        Purpose::SignIn => "sign-in",
        Purpose::StepUp => "step-up",
    }
}

/// A device as a form sends it.
fn device_word(device: Device) -> &'static str {
    match device {
        Device::This => "this",
        Device::Other => "other",
    }
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
