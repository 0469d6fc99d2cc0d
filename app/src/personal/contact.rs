//! Another e-mail address, a mobile number, and the codes that prove them.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Channel, CodeForm, EmailForm, MobileForm, Refusal, Shown};
use portal::{UnderWay, Visit};
use serde::de::DeserializeOwned;

use super::{
    api::{ChangeEmail, ChangeMobile, ProveContact, RemoveMobile, ResendCode},
    way::{TO, asked_way, by_way},
};
use crate::{
    Fault, Place,
    live::field,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    sign_in::choices::step_up,
    text::Text,
    ui::{
        dates::time,
        form::{hidden, refusal, send, wrongs},
        prose::prose,
        step::back,
    },
};

/// What was typed before, on the way to a fresh identification too; what is wrong with it only where that is what was said.
async fn kept<F>(visit: &Visit, name: &'static str, no: Option<Refusal>) -> Result<Option<Shown<F>>, Fault>
where
    F: DeserializeOwned,
{
    let kept = visit.aside::<F>(name).await?;
    Ok(kept.map(|Shown { form, wrongs }| Shown {
        form,
        wrongs: if no == Some(Refusal::Form) { wrongs } else { Default::default() },
    }))
}

/// Whether a page shows what is wrong, so that its title says so.
fn is_wrong(no: Option<Refusal>) -> bool {
    no.is_some_and(|no| no != Refusal::NotFresh)
}

/// Another e-mail address.
pub(crate) async fn email(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let personal = visit.guardian()?.personal().await?;
    let no = asked.refusal();
    let shown = kept::<EmailForm>(visit, EmailForm::EMAIL, no).await?.unwrap_or_default();
    let (seconds, wrong) = (seconds_left(visit), shown.wrongs.of(EmailForm::EMAIL));
    Page::new(Text::ChangeEmailTitle, move || {
        let now = personal.email.map(|now| view! { <p>{Text::ChangeEmailNow { email: now.value }}</p> });
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {back(Place::Personal)}
            <h1><label for=EmailForm::EMAIL>{Text::ChangeEmailTitle}</label></h1>
            <p class="lead">{Text::ChangeEmailLead}</p>
            {now}
            {ask_again(no, Place::PersonalEmail.to_string())}
            <form method="post" action=ChangeEmail::url() novalidate>
                {field(EmailForm::EMAIL, shown.form.email.to_string(), Text::EmailHint, wrong)}
                <div class="actions">{send(Text::StepContinue)}</div>
            </form>
            {shared(Text::EmailShared, &Text::EmailSharedBody)}
        }
    })
    .wrong(is_wrong(no))
    .lively()
    .own()
    .into_reply()
}

/// The mobile number: one to add, to change or to take away.
pub(crate) async fn mobile(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let personal = visit.guardian()?.personal().await?;
    let (no, way) = (asked.refusal(), asked_way(asked));
    let shown = kept::<MobileForm>(visit, MobileForm::MOBILE, no).await?.unwrap_or_default();
    let (seconds, wrong) = (seconds_left(visit), shown.wrongs.of(MobileForm::MOBILE));
    Page::new(Text::MobileTitle, move || {
        let now = personal.mobile.map(|now| {
            view! {
                <h2>{Text::MobileRemoveTitle}</h2>
                <p>{Text::MobileRemoveText { mobile: now.value }}</p>
                <form method="post" action=RemoveMobile::url()>
                    <button class="second">{Text::MobileRemove}</button>
                </form>
            }
        });
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {back(way.unwrap_or(Place::Personal))}
            <h1><label for=MobileForm::MOBILE>{Text::MobileTitle}</label></h1>
            <p class="lead">{Text::MobileLead}</p>
            {ask_again(no, by_way(Place::PersonalMobile, way))}
            <form method="post" action=ChangeMobile::url() novalidate>
                {field(MobileForm::MOBILE, shown.form.mobile.to_string(), Text::MobileHint, wrong)}
                {way.map(|way| hidden(TO, way.name()))}
                <div class="actions">{send(Text::StepContinue)}</div>
            </form>
            {shared(Text::MobileShared, &Text::MobileSharedBody)}
            {now}
        }
    })
    .wrong(is_wrong(no))
    .lively()
    .own()
    .into_reply()
}

/// The code of the letter to another address.
pub(crate) async fn email_code(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let Some(under_way) = visit.guardian()?.contact_under_way(Channel::Mail).await? else {
        return Reply::go(Place::PersonalEmail);
    };
    let sent = |under_way: &UnderWay| {
        let email = under_way.address.clone();
        match under_way.sent {
            Some(at) => Text::ChangeEmailSent { email, time: time(at) },
            None => Text::ChangeEmailOnItsWay { email },
        }
    };
    code(visit, asked, Channel::Mail, under_way, Text::CodeTitle, sent).await
}

/// The code of the text message.
pub(crate) async fn mobile_code(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let Some(under_way) = visit.guardian()?.contact_under_way(Channel::Sms).await? else {
        return Reply::go(Place::PersonalMobile);
    };
    let sent = |under_way: &UnderWay| {
        let mobile = under_way.address.clone();
        match under_way.sent {
            Some(at) => Text::MobileCodeSent { mobile, time: time(at) },
            None => Text::MobileCodeOnItsWay { mobile },
        }
    };
    code(visit, asked, Channel::Sms, under_way, Text::MobileCodeTitle, sent).await
}

async fn code(
    visit: &Visit,
    asked: &Asked,
    channel: Channel,
    under_way: UnderWay,
    title: Text,
    sent: fn(&UnderWay) -> Text,
) -> Result<Reply, Fault> {
    let (no, way) = (asked.refusal(), asked_way(asked));
    let shown = kept::<CodeForm>(visit, channel.word(), no).await?.unwrap_or_default();
    let (seconds, wrong) = (seconds_left(visit), shown.wrongs.of(CodeForm::CODE));
    let (form, page, none) = match channel {
        Channel::Sms => (Place::PersonalMobile, Place::PersonalMobileCode, Text::MobileCodeNone),
        Channel::Mail | Channel::Pim => (Place::PersonalEmail, Place::PersonalEmailCode, Text::CodeNone),
    };
    Page::new(title.clone(), move || {
        let named = move || {
            view! {
                {hidden("channel", channel.word())}
                {way.map(|way| hidden(TO, way.name()))}
            }
        };
        let again = if under_way.letters_left > 0 {
            view! {
                <form method="post" action=ResendCode::url()>
                    {named()}
                    <button class="second">{Text::CodeAgain}</button>
                </form>
            }
            .into_any()
        } else {
            view! { <p>{Text::RefusalTooManyLetters}</p> }.into_any()
        };
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {back(by_way(form, way))}
            <h1><label for=CodeForm::CODE>{title}</label></h1>
            <p class="lead">{sent(&under_way)}</p>
            {ask_again(no, by_way(page, way))}
            <form method="post" action=ProveContact::url() novalidate>
                {field(CodeForm::CODE, shown.form.code.to_string(), Text::CodeHint, wrong)}
                {named()}
                <div class="actions">{send(Text::CodeConfirm)}</div>
            </form>
            <h2>{Text::CodeNotCome}</h2>
            <p>{none}</p>
            <div class="actions">
                {again}
                <a class="quiet" href=by_way(form, way)>{Text::CodeChangeIt}</a>
            </div>
        }
    })
    .wrong(is_wrong(no))
    .lively()
    .own()
    .into_reply()
}

/// The choices of a step-up, where one is asked for.
fn ask_again(no: Option<Refusal>, back: String) -> Option<impl IntoView> {
    matches!(no, Some(Refusal::NotFresh | Refusal::NotTrusted)).then(|| step_up(back))
}

/// What it means that others read along.
fn shared(question: Text, answer: &Text) -> impl IntoView + use<> {
    view! {
        <details class="fold">
            <summary>{question}</summary>
            {prose(answer)}
        </details>
    }
}
