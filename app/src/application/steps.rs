//! Innan du börjar, Dina barn, Kontrollera dina svar.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Outcome, Step};
use portal::{Application, ApplicationChild, Visit, Who};

use super::api::{AnswerChild, Complete, ConfirmChildren};
use crate::{
    Fault, Place,
    children::{school, state},
    information,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    text::Text,
    ui::{
        facts::{Fact, facts},
        form::{hidden, refusal, send},
        prose::prose,
        step::{out, step_head},
    },
};

/// Where an applicant stands: at the step they asked for, or elsewhere.
pub(super) enum Door {
    Open(Application),
    Elsewhere(Place),
}

/// The application of a visitor who may open this step. What the registers say comes first, every time.
pub(super) async fn door(visit: &Visit, step: Step) -> Result<Door, Fault> {
    if let Who::Guardian { .. } = visit.who() {
        return Ok(Door::Elsewhere(Place::Children));
    }
    let applicant = visit.applicant()?;
    if applicant.outcome().await? != Outcome::Eligible {
        return Ok(Door::Elsewhere(Place::Outcome));
    }
    let application = applicant.application().await?;
    Ok(if application.reached < step {
        Door::Elsewhere(Place::Apply(application.reached))
    } else {
        Door::Open(application)
    })
}

/// Innan du börjar: what it takes.
pub(crate) fn before(who: &Who) -> Result<Reply, Fault> {
    let next = match who {
        Who::Guardian { .. } => return Reply::go(Place::Children),
        Who::Applicant { .. } => Step::Children,
        Who::Stranger => Step::Identify,
    };
    Page::new(Text::ApplyBeforeTitle, move || {
        view! {
            {step_head(Step::Before)}
            <h1>{Text::ApplyBeforeTitle}</h1>
            <p class="lead">{Text::ApplyBeforeLead}</p>
            {prose(&Text::ApplyBeforeBody)}
            <div class="actions">
                <a class="button" href=Place::Apply(next).to_string()>{Text::StepContinue}</a>
            </div>
            <p class="out"><a href=Place::NoBankId.to_string()>{Text::SignInNoBankid}</a></p>
        }
    })
    .into_reply()
}

/// Dina barn.
pub(crate) async fn children(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    if let Door::Elsewhere(place) = door(visit, Step::Children).await? {
        return Reply::go(place);
    }
    let applicant = visit.applicant()?;
    let (name, children) = (applicant.name(), applicant.children().await?);
    let today = portal::day_of(visit.now());
    let (no, seconds) = (asked.refusal(), seconds_left(visit));
    Page::new(Text::ApplyChildrenTitle, move || {
        let one = children.iter().filter(|child| !child.denied).count();
        let count = u64::try_from(one).unwrap_or(u64::MAX);
        let cards = children
            .into_iter()
            .map(|child| {
                let words = state(child.today, today).1;
                card(child, words)
            })
            .collect_view();
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {step_head(Step::Children)}
            <h1>{Text::ApplyChildrenTitle}</h1>
            <p class="lead">{Text::ApplyChildrenLead { name }}</p>
            <ul class="cards">{cards}</ul>
            <details class="fold">
                <summary>{Text::ApplyChildrenMissing}</summary>
                {prose(&Text::ApplyChildrenMissingBody)}
            </details>
            <form method="post" action=ConfirmChildren::url()>
                <div class="actions">{send(Text::ApplyChildrenConfirm { children: count })}</div>
            </form>
            {out()}
        }
    })
    .wrong(no.is_some())
    .lively()
    .own()
    .into_reply()
}

fn card(child: ApplicationChild, place: Text) -> impl IntoView {
    let ApplicationChild { id, given, family, unit, group, denied, .. } = child;
    let (class, answer) = if denied {
        ("card child gone", Text::ApplyChildMine)
    } else {
        ("card child", Text::ApplyChildNotMine)
    };
    let said = denied.then(|| view! { <p>{Text::ApplyChildGone}</p> });
    view! {
        <li class=class>
            <h2>{given.clone()}" "{family}</h2>
            <p>{school(unit.map(|unit| unit.name), group)}</p>
            <p class="small">{place}</p>
            {said}
            <form method="post" action=AnswerChild::url()>
                {hidden("child", id)}
                {hidden("mine", denied)}
                <button class=if denied { "plain" } else { "plain danger" }>
                    {answer}<span class="hid">": "{given}</span>
                </button>
            </form>
        </li>
    }
}

/// Kontrollera dina svar.
pub(crate) async fn check(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let Application { email, .. } = match door(visit, Step::Check).await? {
        Door::Open(application) => application,
        Door::Elsewhere(place) => return Reply::go(place),
    };
    let applicant = visit.applicant()?;
    let (name, children) = (applicant.name(), applicant.children().await?);
    let (no, seconds) = (asked.refusal(), seconds_left(visit));
    Page::new(Text::CheckTitle, move || {
        let children: Vec<_> = children
            .into_iter()
            .filter(|child| !child.denied)
            .map(|ApplicationChild { given, family, unit, group, .. }| {
                view! {
                    <span class="line">
                        {given}" "{family}
                        " "<span class="small">{school(unit.map(|unit| unit.name), group)}</span>
                    </span>
                }
            })
            .collect();
        let email = email.map(|email| email.reveal().to_owned()).unwrap_or_default();
        let rows = vec![
            Fact::new(Text::PersonalName, name).from(Text::SourceBankid.owned()),
            Fact::new(Text::CheckChildren, children)
                .change(Place::Apply(Step::Children), Text::CheckChangeChildren),
            Fact::new(Text::PersonalEmail, email)
                .from(Text::CheckEmailConfirmed.owned())
                .change(Place::Apply(Step::Email), Text::CheckChangeEmail),
        ];
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {step_head(Step::Check)}
            <h1>{Text::CheckTitle}</h1>
            <p class="lead">{Text::CheckLead}</p>
            {facts(rows)}
            <h2>{Text::CheckInformationTitle}</h2>
            {prose(&Text::CheckInformationBody)}
            <form method="post" action=Complete::url()>
                {hidden("information", information::VERSION)}
                <div class="actions">{send(Text::CheckComplete)}</div>
            </form>
            {out()}
        }
    })
    .wrong(no.is_some())
    .lively()
    .own()
    .into_reply()
}
