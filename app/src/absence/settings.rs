//! Inställningar för frånvaroutskick: one form for all children where the same holds for them, else one for each.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Channel, ChoiceForm, Wrong};
use portal::{ChildChoice, NoticeSettings, Visit};

use super::{
    api::ChooseNotice,
    islands::{LiveChoice, PIM, SMS},
    pages::DONE,
};
use crate::{
    Fault, Place,
    live::WRONG,
    page::{Asked, Page, Reply},
    personal::by_way,
    session::pages::{seconds_left, session_ends},
    text::Text,
    ui::{
        form::{hidden, refusal, wrong_place, wrong_text},
        say::done,
        step::back,
    },
};

/// The question of an address: a form for each child.
const EACH: &str = "olika";
/// The question of an address: one form for all.
const SAME: &str = "lika";

/// A form as the page writes it.
struct Written {
    /// Whose it is; none for all of them.
    name: Option<String>,
    form: ChoiceForm,
    wrong: Option<Wrong>,
}

/// Inställningar för frånvaroutskick.
pub(crate) async fn settings(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let settings = visit.guardian()?.notice_settings().await?;
    let (no, seconds) = (asked.refusal(), seconds_left(visit));
    let saved = asked.value(DONE).is_some() && no.is_none();
    let several = settings.children.len() > 1;
    let same = several && is_for_all(&settings, asked);
    let has_mobile = settings.has_mobile;
    let waits = settings.refused.is_some() && no.is_none();
    let forms = written(settings, same);
    let wrong = forms.iter().any(|form| form.wrong.is_some());
    Page::new(Text::SettingsTitle, move || {
        let slips = slips(&forms);
        let empty = forms.is_empty().then(|| view! { <p>{Text::ChildrenEmpty}</p> });
        let forms = forms
            .into_iter()
            .enumerate()
            .map(|(number, form)| one_form(number, form, has_mobile))
            .collect_view();
        let (other, way) = if same { (EACH, Text::SettingsEach) } else { (SAME, Text::SettingsSame) };
        let other = several.then(|| {
            let to = format!("{}?{other}=1", Place::AbsenceSettings);
            view! { <p><a class="quiet" href=to>{way}</a></p> }
        });
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {slips}
            {back(Place::Absence)}
            {saved.then(|| done(Text::SettingsSaved))}
            {waits.then(|| view! { <div class="notice warn"><p>{Text::SettingsNotSaved}</p></div> })}
            <h1>{Text::SettingsTitle}</h1>
            <p class="lead">{Text::SettingsLead}</p>
            {forms}
            {empty}
            {other}
            <LiveChoice/>
        }
    })
    .wrong(wrong || no.is_some())
    .lively()
    .own()
    .into_reply()
}

/// What the visitor asked for, else what was refused, else what holds.
fn is_for_all(settings: &NoticeSettings, asked: &Asked) -> bool {
    if asked.value(SAME).is_some() || asked.value(EACH).is_some() {
        return asked.value(SAME).is_some();
    }
    match &settings.refused {
        Some(refused) => refused.form.child.is_none(),
        None => settings.children.windows(2).all(|pair| pair[0].form.ticks_as(&pair[1].form)),
    }
}

/// The forms: what holds, and in its place what was ticked last and refused.
fn written(settings: NoticeSettings, same: bool) -> Vec<Written> {
    let NoticeSettings { children, refused, .. } = settings;
    let held: Vec<Written> = if same {
        let version = children.iter().map(|child| child.form.version).sum();
        let first = children.into_iter().next();
        first
            .map(|first| Written { name: None, form: ChoiceForm { version, ..first.form }, wrong: None })
            .into_iter()
            .collect()
    } else {
        let one = |ChildChoice { id, given, form }| Written {
            name: Some(given),
            form: ChoiceForm { child: Some(id), ..form },
            wrong: None,
        };
        children.into_iter().map(one).collect()
    };
    held.into_iter()
        .map(|written| match &refused {
            Some(refused) if refused.form.child == written.form.child => Written {
                form: ChoiceForm { version: written.form.version, ..refused.form.clone() },
                wrong: refused.wrongs.of(ChoiceForm::CHANNELS),
                ..written
            },
            _ => written,
        })
        .collect()
}

/// The summary of what is wrong; each entry leads to the first box of its form.
fn slips(forms: &[Written]) -> Option<impl IntoView + use<>> {
    let entries: Vec<_> = forms
        .iter()
        .enumerate()
        .filter_map(|(number, form)| {
            let words = wrong_text(ChoiceForm::CHANNELS, form.wrong?);
            let to = format!("#{}-{number}", ChoiceForm::CHANNELS);
            Some(view! { <li><a href=to>{words}</a></li> })
        })
        .collect();
    (!entries.is_empty()).then(|| {
        view! {
            <div class="wrongs" role="alert" tabindex="-1" autofocus>
                <h2>{Text::WrongSummaryTitle}</h2>
                <ul>{entries}</ul>
            </div>
        }
    })
}

fn one_form(number: usize, written: Written, has_mobile: bool) -> impl IntoView {
    let Written { name, form, wrong } = written;
    let first = format!("{}-{number}", ChoiceForm::CHANNELS);
    let said = format!("{first}{WRONG}");
    let channels = Channel::ALL
        .map(|channel| {
            let (id, words, hint) = match channel {
                Channel::Mail => (first.clone(), Text::SettingsMail, Text::SettingsMailHint),
                Channel::Pim => (format!("{PIM}-{number}"), Text::SettingsPim, Text::SettingsPimHint),
                Channel::Sms if has_mobile => {
                    (format!("{SMS}-{number}"), Text::SettingsSms, Text::SettingsSmsHint)
                }
                Channel::Sms => (format!("{SMS}-{number}"), Text::SettingsSms, Text::SettingsSmsNumber),
            };
            let is_first = channel == Channel::Mail;
            view! {
                <label class="tick">
                    <input
                        type="checkbox"
                        id=id
                        name=format!("form[{}]", channel.word())
                        value="true"
                        checked=form.has(channel)
                        aria-describedby=said.clone()
                        aria-invalid=is_first.then_some(if wrong.is_some() { "true" } else { "false" })
                        data-mobile=is_first.then_some(if has_mobile { "1" } else { "0" })
                    />
                    <span>{words}<span class="small line">{hint}</span></span>
                </label>
            }
        })
        .into_iter()
        .collect_view();
    let add_number = (wrong == Some(Wrong::NoMobile)).then(|| {
        let number = by_way(Place::PersonalMobile, Some(Place::AbsenceSettings));
        view! { <p><a class="button second" href=number>{Text::SettingsAddNumber}</a></p> }
    });
    let save = name.clone().map_or(Text::SettingsSave, |name| Text::SettingsSaveFor { name });
    view! {
        <form class="choice-form" method="post" action=ChooseNotice::url() novalidate>
            {form.child.map(|child| hidden("form[child]", child))}
            {hidden("form[version]", form.version)}
            <fieldset class="field">
                <legend>{name.unwrap_or_else(|| Text::SettingsAll.owned())}</legend>
                {wrong_place(ChoiceForm::CHANNELS, &first, wrong)}
                {channels}
                {add_number}
            </fieldset>
            <label class="tick">
                <input type="checkbox" id=format!("valid-{number}") name="form[valid_too]" value="true" checked=form.valid_too/>
                <span>{Text::SettingsValid}<span class="small line">{Text::SettingsValidHint}</span></span>
            </label>
            <div class="actions">
                <button>{save}</button>
            </div>
        </form>
    }
}
