//! What a guardian changes of their own data. Each answer is a redirect to the page that shows what came of it.

use leptos::prelude::*;
use model::{Channel, CodeForm, EmailForm, Language, MobileForm, SessionId};

use super::{
    pages::{DONE, Done},
    way::{by_way, way},
};
use crate::{
    Fault, Place,
    visit::{answered, drop_login, drop_session, outcome, visit},
};

/// Chooses the language of letters and text messages.
#[server(endpoint = "personal/choose-language")]
pub(crate) async fn choose_language(language: Language) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.choose_language(language).await };
    answered(result.await.map(|()| done(Done::Language)), Place::Personal)
}

/// Sends a code to another address.
#[server(endpoint = "personal/change-email")]
pub(crate) async fn change_email(#[server(default)] form: EmailForm) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.change_email(&form).await };
    let next = |needed| if needed { Place::PersonalEmailCode } else { Place::Personal };
    answered(result.await.map(|needed| next(needed).to_string()), Place::PersonalEmail)
}

/// Sends a code to a number.
#[server(endpoint = "personal/change-mobile")]
pub(crate) async fn change_mobile(
    #[server(default)] form: MobileForm,
    /// The page that asked for it, by its name.
    #[server(default)]
    till: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    let way = way(&till);
    let result = async { visit.guardian()?.change_mobile(&form).await };
    let next = |needed| match needed {
        true => by_way(Place::PersonalMobileCode, way),
        false => way.unwrap_or(Place::Personal).to_string(),
    };
    answered(result.await.map(next), by_way(Place::PersonalMobile, way))
}

/// Sends another code.
#[server(endpoint = "personal/resend-code")]
pub(crate) async fn resend_code(
    channel: Channel,
    /// The page that asked for it, by its name.
    #[server(default)]
    till: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    let page = by_way(code_page(channel), way(&till));
    let result = async { visit.guardian()?.resend_code(channel).await };
    answered(result.await.map(|()| page.clone()), page.clone())
}

/// Proves an address or a number with its code.
#[server(endpoint = "personal/prove-contact")]
pub(crate) async fn prove_contact(
    #[server(default)] form: CodeForm,
    channel: Channel,
    /// The page that asked for it, by its name.
    #[server(default)]
    till: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    let way = way(&till);
    let result = async { visit.guardian()?.prove_contact(channel, &form).await };
    let next = match (way, channel) {
        (Some(way), _) => way.to_string(),
        (None, Channel::Sms) => done(Done::Mobile),
        (None, Channel::Mail | Channel::Pim) => done(Done::Email),
    };
    answered(result.await.map(|()| next), by_way(code_page(channel), way))
}

/// Takes the mobile number away.
#[server(endpoint = "personal/remove-mobile")]
pub(crate) async fn remove_mobile() -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.remove_mobile().await };
    answered(result.await.map(|()| done(Done::MobileRemoved)), Place::PersonalMobile)
}

/// Sends a try of a channel.
#[server(endpoint = "personal/try-channel")]
pub(crate) async fn try_channel(channel: Channel) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.try_channel(channel).await };
    answered(result.await.map(|()| done(Done::Tried)), Place::Personal)
}

/// Logs one device out.
#[server(endpoint = "personal/end-device")]
pub(crate) async fn end_device(device: SessionId) -> Result<(), Fault> {
    let visit = visit()?;
    outcome(async { visit.guardian()?.end_device(device).await }.await, Place::Devices, Place::Devices)
}

/// Logs every other device out.
#[server(endpoint = "personal/end-other-devices")]
pub(crate) async fn end_other_devices() -> Result<(), Fault> {
    let visit = visit()?;
    outcome(async { visit.guardian()?.end_other_devices().await }.await, Place::Devices, Place::Devices)
}

/// Logs every device out, this one too.
#[server(endpoint = "personal/end-all-devices")]
pub(crate) async fn end_all_devices() -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.end_all_devices().await }.await;
    leave(result, Place::SignedOut, Place::Devices)
}

/// Closes the account.
#[server(endpoint = "personal/close-account")]
pub(crate) async fn close_account() -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.close_account().await }.await;
    leave(result, Place::AccountClosed, Place::CloseAccount)
}

/// The session is over where it was done.
fn leave(result: portal::Result<()>, kept: Place, asked: Place) -> Result<(), Fault> {
    if result.is_ok() {
        drop_session();
        drop_login();
    }
    outcome(result, kept, asked)
}

fn code_page(channel: Channel) -> Place {
    match channel {
        Channel::Sms => Place::PersonalMobileCode,
        Channel::Mail | Channel::Pim => Place::PersonalEmailCode,
    }
}

/// Personuppgifter, saying what was done.
fn done(what: Done) -> String {
    format!("{}?{DONE}={}", Place::Personal, what.word())
}
