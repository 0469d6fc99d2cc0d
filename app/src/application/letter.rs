//! The e-mail address, and the proof that letters to it arrive.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{CodeForm, EmailForm, Refusal, Shown, Step};
use portal::{Application, Visit, Who};

use super::{
    api::{ConfirmCode, ConfirmEmail, GiveEmail, ResendCode},
    steps::{Door, door},
};
use crate::{
    Fault, Place,
    live::field,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    text::Text,
    ui::{
        dates::time,
        form::{hidden, press, refusal, send, wrongs},
        prose::prose,
        say::done,
        step::{out, step_head},
    },
};

/// The question of an address that says: a new letter was sent.
pub(super) const SENT: &str = "skickat";

/// The e-mail address.
pub(crate) async fn email(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let Application { email, .. } = match door(visit, Step::Email).await? {
        Door::Open(application) => application,
        Door::Elsewhere(place) => return Reply::go(place),
    };
    let no = asked.refusal();
    let kept = match no {
        Some(Refusal::Form | Refusal::TooManyLetters) => visit.aside::<EmailForm>("email").await?,
        _ => None,
    };
    let shown = kept.unwrap_or_else(|| {
        let given = email.map(|email| email.reveal().into()).unwrap_or_default();
        Shown { form: EmailForm { email: given }, wrongs: Default::default() }
    });
    let seconds = seconds_left(visit);
    let wrong = shown.wrongs.of(EmailForm::EMAIL);
    Page::new(Text::EmailTitle, move || {
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {step_head(Step::Email)}
            <h1><label for=EmailForm::EMAIL>{Text::EmailTitle}</label></h1>
            <p class="lead">{Text::EmailLead}</p>
            <form method="post" action=GiveEmail::url() novalidate>
                {field(EmailForm::EMAIL, shown.form.email.to_string(), Text::EmailHint, wrong)}
                <div class="actions">{send(Text::StepContinue)}</div>
            </form>
            <details class="fold">
                <summary>{Text::EmailShared}</summary>
                {prose(&Text::EmailSharedBody)}
            </details>
            {out()}
        }
    })
    .wrong(wrong.is_some() || no.is_some_and(|no| no != Refusal::Form))
    .lively()
    .own()
    .into_reply()
}

/// The letter's code.
pub(crate) async fn confirm(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let application = match door(visit, Step::Confirm).await? {
        Door::Open(application) => application,
        Door::Elsewhere(place) => return Reply::go(place),
    };
    if application.email_confirmed {
        return confirmed(visit, &application).into_reply();
    }
    let no = asked.refusal();
    let kept = if no == Some(Refusal::Form) { visit.aside::<CodeForm>("code").await? } else { None };
    let shown = kept.unwrap_or_default();
    let sent_again = asked.value(SENT).is_some() && no.is_none();
    let seconds = seconds_left(visit);
    let wrong = shown.wrongs.of(CodeForm::CODE);
    let Application { email, letters_left, letter_sent, .. } = application;
    let email = email.map(|email| email.reveal().to_owned()).unwrap_or_default();
    Page::new(Text::CodeTitle, move || {
        let sent = match letter_sent {
            Some(at) => Text::CodeSent { email, time: time(at) },
            None => Text::CodeOnItsWay { email },
        };
        let again = if letters_left > 0 {
            press(ResendCode::url(), "second", Text::CodeResend).into_any()
        } else {
            view! { <p>{Text::RefusalTooManyLetters}</p> }.into_any()
        };
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {step_head(Step::Confirm)}
            {sent_again.then(|| done(Text::CodeResent))}
            <h1><label for=CodeForm::CODE>{Text::CodeTitle}</label></h1>
            <p class="lead">{sent}</p>
            <form method="post" action=ConfirmCode::url() novalidate>
                {field(CodeForm::CODE, shown.form.code.to_string(), Text::CodeHint, wrong)}
                <div class="actions">{send(Text::StepContinue)}</div>
            </form>
            <h2>{Text::CodeNoneTitle}</h2>
            <p>{Text::CodeNone}</p>
            <div class="actions">
                {again}
                <a class="quiet" href=Place::Apply(Step::Email).to_string()>{Text::CodeChangeAddress}</a>
            </div>
            <p><a href=Place::Apply(Step::Confirm).to_string()>{Text::CodeLinkOpened}</a></p>
            {out()}
        }
    })
    .wrong(wrong.is_some() || no.is_some_and(|no| no != Refusal::Form))
    .lively()
    .own()
    .into_reply()
}

/// The step, come back to after it was done.
fn confirmed(visit: &Visit, application: &Application) -> Page {
    let seconds = seconds_left(visit);
    let email = application.email.as_ref().map(|email| email.reveal().to_owned()).unwrap_or_default();
    Page::new(Text::ConfirmDoneTitle, move || {
        view! {
            {session_ends(seconds)}
            {step_head(Step::Confirm)}
            <h1>{Text::ConfirmDoneTitle}</h1>
            <p class="lead">{Text::CodeConfirmed { email }}</p>
            <div class="actions">
                <a class="button" href=Place::Apply(Step::Check).to_string()>{Text::StepContinue}</a>
                <a class="quiet" href=Place::Apply(Step::Email).to_string()>{Text::CodeChangeAddress}</a>
            </div>
            {out()}
        }
    })
    .lively()
    .own()
}

/// The page of the letter's link. Opening it proves nothing, since programs open links too: the button does.
pub(crate) fn confirm_email(asked: &Asked) -> Result<Reply, Fault> {
    let token = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
    Page::new(Text::ConfirmTitle, move || {
        view! {
            <h1>{Text::ConfirmTitle}</h1>
            <p class="lead">{Text::ConfirmLead}</p>
            <form method="post" action=ConfirmEmail::url()>
                {hidden("token", token)}
                <div class="actions">{send(Text::ConfirmSend)}</div>
            </form>
        }
    })
    .own()
    .into_reply()
}

/// What the link came to. The browser that applies may be another one, on another device.
pub(crate) fn email_confirmed(who: &Who, asked: &Asked) -> Result<Reply, Fault> {
    if let Some(no) = asked.refusal() {
        return Page::new(Text::ConfirmSpentTitle, move || {
            view! {
                <h1>{Text::ConfirmSpentTitle}</h1>
                <p class="lead">{crate::ui::form::refusal_text(no)}</p>
                <div class="actions">
                    <a class="button" href=Place::Apply(Step::Confirm).to_string()>{Text::ConfirmToApplication}</a>
                </div>
            }
        })
        .into_reply();
    }
    let here = matches!(who, Who::Applicant { .. });
    Page::new(Text::ConfirmDoneTitle, move || {
        let lead = if here { Text::ConfirmDoneHere } else { Text::ConfirmDoneElsewhere };
        let (to, way) = if here {
            (Place::Apply(Step::Check), Text::StepContinue)
        } else {
            (Place::Apply(Step::Identify), Text::ConfirmToApplication)
        };
        view! {
            <h1>{Text::ConfirmDoneTitle}</h1>
            <p class="lead">{lead}</p>
            <div class="actions"><a class="button" href=to.to_string()>{way}</a></div>
        }
    })
    .into_reply()
}
