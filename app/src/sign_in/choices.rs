//! Where the app is, and who has none: the choices that begin an identification.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Device, Purpose};

use super::{
    api::Start,
    islands::{Awake, SCRIPT},
};
use crate::{NoBankId, Place, text::Text, ui::form::hidden};

/// Two large choices: where the app is.
pub(super) fn choices(purpose: Purpose, back: Option<String>, lively: bool) -> impl IntoView {
    let lead_back = |back: &Option<String>| back.clone().map(|back| hidden("back", back));
    view! {
        <div class="choices">
            <form method="post" action=Start::url()>
                {hidden("purpose", word(purpose))}
                {lead_back(&back)}
                {lively.then(script)}
                <button class="choice main" name="device" value=device_word(Device::This)>
                    <strong>{Text::SignInThisDevice}</strong>
                    <span>{Text::SignInThisDeviceText}</span>
                </button>
            </form>
            <form method="post" action=Start::url()>
                {hidden("purpose", word(purpose))}
                {lead_back(&back)}
                <button class="choice" name="device" value=device_word(Device::Other)>
                    <strong>{Text::SignInOtherDevice}</strong>
                    <span>{Text::SignInOtherDeviceText}</span>
                </button>
            </form>
        </div>
    }
}

/// To be shown once more who is there: the choices of a step-up that leads back to this address of ours.
pub(crate) fn step_up(back: String) -> impl IntoView {
    view! {
        <section class="card">
            <h2>{Text::StepUpTitle}</h2>
            <p>{Text::RefusalNotFresh}</p>
            {choices(Purpose::StepUp, Some(back), true)}
        </section>
    }
}

/// The answer that a script changes to "there is one".
pub(super) fn script() -> impl IntoView {
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

/// A purpose as a form sends it.
pub(super) fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Apply => "apply",
        Purpose::SignIn => "sign-in",
        Purpose::StepUp => "step-up",
    }
}

/// A device as a form sends it.
pub(super) fn device_word(device: Device) -> &'static str {
    match device {
        Device::This => "this",
        Device::Other => "other",
    }
}
