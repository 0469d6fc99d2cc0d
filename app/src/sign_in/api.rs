//! What a browser asks about an identification.

use leptos::prelude::*;
use model::{Device, Language, Progress, Purpose, Refusal, Step, Typed};
use portal::{Error, Finish, Next, Phase, Proof, Visit};

use super::pages::FRESH;
use crate::{
    Fault, Place,
    places::{is_after_sign_in, ours, sign_in_to},
    text::Text,
    visit::{answered, drop_login, go, keep_login, keep_session, refused, visit},
};

/// Starts an identification and shows its page.
#[server(endpoint = "sign_in/start")]
pub(crate) async fn start(
    purpose: Purpose,
    device: Device,
    /// `1` where a script is awake on the page.
    #[server(default)]
    script: String,
    /// Where a step-up leads back to, or a login leads to.
    #[server(default)]
    back: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    let (script, back) = (script == "1", ours(&back));
    let back = back.filter(|back| purpose != Purpose::SignIn || is_after_sign_in(back));
    let started = match (purpose, back) {
        (Purpose::StepUp, Some(back)) => visit.start_step_up(device, script, back).await,
        (Purpose::SignIn, Some(back)) => visit.start_sign_in(device, script, back).await,
        _ => visit.start_identification(purpose, device, script).await,
    };
    match started {
        Ok(login) => {
            keep_login(&login.login_cookie);
            go(format_args!("{}?{FRESH}=1", waiting_page(purpose)));
            Ok(())
        }
        Err(error) => answered(Err(error), choice_page(purpose, back)),
    }
}

/// How far the identification of this browser is. A code read by another device leads in from here, for the browser
/// that started it and nobody else; an app on this device leads in from the way back only.
#[server(endpoint = "sign_in/progress")]
pub(crate) async fn ask_progress(
    /// Asked from the page the app leads back to.
    #[server(default)]
    returning: bool,
    /// Asked from a page that says already that another tab is where it goes on.
    #[server(default)]
    elsewhere: bool,
) -> Result<Progress, Fault> {
    let visit = visit()?;
    let language = visit.language();
    let Some(identification) = visit.identification().await? else {
        return Ok(Progress::Stopped { words: say(Text::RefusalNoIdentification, language) });
    };
    let seconds_left = identification.seconds_left;
    match (identification.phase, identification.device) {
        (Phase::Waiting { advice, scanned }, _) => Ok(Progress::Waiting {
            words: portal::advice_text(advice, language).to_owned(),
            scanned,
            seconds_left,
        }),
        (Phase::Stopped { advice }, _) => {
            Ok(Progress::Stopped { words: portal::advice_text(advice, language).to_owned() })
        }
        (Phase::Complete, Device::This) if returning => Ok(Progress::Done { go: Place::Return.to_string() }),
        // Another tab is where it goes on; this one has nothing left to press, and its page says so. It hears when the
        // other one is in, or was turned back: an app may lead to a browser that did not begin.
        (Phase::Complete, Device::This) if elsewhere => {
            Ok(Progress::Waiting { words: say(Text::BankidOtherTab, language), scanned: true, seconds_left })
        }
        (Phase::Complete, Device::This) => {
            Ok(Progress::Stopped { words: say(Text::BankidOtherTab, language) })
        }
        (Phase::Complete, Device::Other) => {
            let go = match finish(&visit, Proof::Poll).await {
                Ok(Some(next)) => next,
                // Another tab of this browser went in first, or is about to.
                Ok(None) => waiting_page(identification.purpose).to_string(),
                Err(Error::Refused(refusal)) => {
                    turned_back(identification.purpose, identification.back.as_deref(), refusal)
                }
                Err(error) => return Err(error.into()),
            };
            Ok(Progress::Done { go })
        }
    }
}

/// "Fortsätt" on the waiting page, for browsers without script.
#[server(endpoint = "sign_in/go-on")]
pub(crate) async fn go_on() -> Result<(), Fault> {
    let visit = visit()?;
    let found = visit.identification().await?;
    let (purpose, back) = found.map_or((Purpose::SignIn, None), |found| (found.purpose, found.back));
    match finish(&visit, Proof::Poll).await {
        Ok(next) => go(next.unwrap_or_else(|| waiting_page(purpose).to_string())),
        Err(Error::Refused(refusal)) => go(turned_back(purpose, back.as_deref(), refusal)),
        Err(error) => return answered(Err(error), choice_page(purpose, back.as_deref())),
    }
    Ok(())
}

/// The way back from an app on this device: the only door into a session it opens.
#[server(endpoint = "sign_in/return")]
pub(crate) async fn come_back(
    /// The one-use token of the address.
    #[server(default)]
    nonce: Typed,
    /// `1` where a script took the token from the fragment.
    #[server(default)]
    script: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    if nonce.is_empty() {
        // Pressed before the token was there: nothing was shown, so nothing is spent.
        go(Place::Return);
        return Ok(());
    }
    match finish(&visit, Proof::Return { nonce: nonce.to_string() }).await {
        // BankID has not answered yet: nothing is used up, and the same page asks again.
        Ok(None) => {
            let mark = if script == "1" { '#' } else { '?' };
            let harmless = nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            let nonce = if harmless { &*nonce } else { "" };
            go(format_args!("{}{mark}nonce={nonce}", Place::Return));
            Ok(())
        }
        Ok(Some(next)) => answered(Ok(next), Place::Return),
        Err(error) => answered(Err(error), Place::Return),
    }
}

/// Gives up and goes back to the choice.
#[server(endpoint = "sign_in/cancel")]
pub(crate) async fn cancel(purpose: Purpose) -> Result<(), Fault> {
    let visit = visit()?;
    let back = visit.identification().await?.and_then(|found| found.back);
    visit.cancel_identification().await?;
    drop_login();
    go(choice_page(purpose, back.as_deref()));
    Ok(())
}

/// Asks to be let in. None while it is not decided, or has ended without an identification: the waiting page says which.
async fn finish(visit: &Visit, proof: Proof) -> portal::Result<Option<String>> {
    Ok(match visit.finish_identification(proof).await? {
        Finish::StillWaiting | Finish::Stopped { .. } => None,
        Finish::In { session_cookie, next } => {
            keep_session(&session_cookie);
            drop_login();
            Some(match next {
                Next::Step(step) => Place::Apply(step).to_string(),
                Next::Children => Place::Children.to_string(),
                Next::Back { to, fresh: true } => to,
                // In, but not surely enough for what it was asked for.
                Next::Back { to, fresh: false } => refused(to, Refusal::NotTrusted),
            })
        }
    })
}

/// Where one waits for BankID.
fn waiting_page(purpose: Purpose) -> Place {
    match purpose {
        Purpose::Apply => Place::Apply(Step::Identify),
        Purpose::SignIn | Purpose::StepUp => Place::SignInBankId,
    }
}

/// Where one chooses a device.
pub(super) fn choice_page(purpose: Purpose, back: Option<&str>) -> String {
    match (purpose, back) {
        (Purpose::Apply, _) => Place::Apply(Step::Identify).to_string(),
        (Purpose::StepUp, Some(back)) => back.to_owned(),
        (Purpose::SignIn, Some(to)) => sign_in_to(to),
        (Purpose::SignIn | Purpose::StepUp, None) => Place::SignIn.to_string(),
    }
}

/// The same, asked to show a refusal. Where another person identified, the session is over and its pages are closed.
fn turned_back(purpose: Purpose, back: Option<&str>, refusal: Refusal) -> String {
    let back = back.filter(|_| refusal != Refusal::OtherPerson);
    refused(choice_page(purpose, back), refusal)
}

fn say(text: Text, language: Language) -> String {
    text.say(language).into_owned()
}
