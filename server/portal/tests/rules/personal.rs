//! Personuppgifter: addresses that are proven before they count, a fresh identification for what others could misuse,
//! devices, and closing the account with a way back.

mod channels;
mod closing;
mod contact;
mod devices;
mod shares;
mod silenced;

use model::{Channel, CodeForm, Device, EmailForm, MobileForm, Refusal};
use portal::{Error, Finish, Proof, Result};

use crate::stage::{Browser, Stage, code_in};

const SARA: &str = "lindqvist-sara";
const MAILBOX: &str = "sara@example.se";
const MOBILE: &str = "070-174 06 05";
const E164: &str = "+46701740605";

async fn with_account(stage: &Stage) -> Browser<'_> {
    let mut browser = stage.browser();
    browser.open_account(SARA, MAILBOX).await;
    browser
}

fn mobile(typed: &str) -> MobileForm {
    MobileForm { mobile: typed.into() }
}

fn email(typed: &str) -> EmailForm {
    EmailForm { email: typed.into() }
}

async fn give_mobile(browser: &Browser<'_>, typed: &str) -> Result<bool> {
    browser.visit().await.guardian()?.change_mobile(&mobile(typed)).await
}

async fn prove(browser: &Browser<'_>, channel: Channel, code: &str) -> Result<()> {
    browser.visit().await.guardian()?.prove_contact(channel, &CodeForm { code: code.into() }).await
}

async fn add_mobile(browser: &Browser<'_>, typed: &str, e164: &str) {
    let known = browser.stage.text_messages(e164).len();
    assert!(give_mobile(browser, typed).await.unwrap());
    let message = browser.stage.message(e164, known).await;
    prove(browser, Channel::Sms, &code_in(&message.text)).await.unwrap();
}

async fn shown(browser: &Browser<'_>) -> model::Personal {
    browser.visit().await.guardian().unwrap().personal().await.unwrap()
}

fn refusal<T>(result: Result<T>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// Identifies again in the middle of a session, as `person`.
async fn step_up(browser: &mut Browser<'_>, person: &str, back: &str) -> Result<Finish> {
    let login = browser.visit().await.start_step_up(Device::Other, true, back).await.unwrap();
    browser.login = Some(login.login_cookie);
    browser.scanned_by(person, "approve").await;
    browser.stage.collect().await;
    browser.finish(Proof::Poll).await
}
