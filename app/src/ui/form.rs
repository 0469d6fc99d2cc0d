//! Questions and answers: the error summary, a hidden answer, the button.

use leptos::prelude::*;
use model::{ChoiceForm, CodeForm, EmailForm, MobileForm, Refusal, ReportForm, Wrong, Wrongs};

use crate::{live::WRONG, text::Text};

/// The error summary over a form: it takes the focus, and each entry leads to its field.
pub(crate) fn wrongs(wrongs: &Wrongs) -> Option<impl IntoView + use<>> {
    let entries: Vec<_> = wrongs
        .iter()
        .map(|(field, wrong)| view! { <li><a href=format!("#{field}")>{wrong_text(field, wrong)}</a></li> })
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

/// The same place on a page, for a "no" that is about no single field.
pub(crate) fn refusal(refusal: Option<Refusal>) -> Option<impl IntoView> {
    // A wrong field says so itself, with the form that was set aside; who has to identify again is asked to.
    refusal.filter(|refusal| !matches!(refusal, Refusal::Form | Refusal::NotFresh)).map(|refusal| {
        view! {
            <div class="wrongs" role="alert" tabindex="-1" autofocus>
                <h2>{Text::RefusalSummaryTitle}</h2>
                <p>{refusal_text(refusal)}</p>
            </div>
        }
    })
}

/// What is wrong with an answer, beside the answer; hidden where nothing is. An island finds here what to say.
pub(crate) fn wrong_place(field: &'static str, id: &str, wrong: Option<Wrong>) -> impl IntoView + use<> {
    let said = |wrong: Wrong| wrong_text(field, wrong).owned();
    // A line for each wrong there is, empty where only the portal finds it.
    let live = found_live(field);
    let line = |wrong| if live.contains(&wrong) { said(wrong) } else { String::new() };
    let words = Wrong::ALL.map(line).join("\n").trim_end().to_owned();
    view! {
        <p class="wrong" id=format!("{id}{WRONG}") hidden=wrong.is_none() data-words=words>
            {wrong.map(said)}
        </p>
    }
}

/// What an island can find wrong with an answer by itself.
fn found_live(field: &str) -> &'static [Wrong] {
    match field {
        EmailForm::EMAIL => &[Wrong::Missing, Wrong::TooLong, Wrong::NotAnEmail, Wrong::EmailLetters],
        MobileForm::MOBILE => {
            &[Wrong::Missing, Wrong::TooLong, Wrong::NotANumber, Wrong::NotAMobile, Wrong::Premium]
        }
        CodeForm::CODE => &[Wrong::Missing, Wrong::NotACode],
        ChoiceForm::CHANNELS => &[Wrong::ChooseOne, Wrong::NoMobile],
        ReportForm::WHO => &[Wrong::ChooseOne],
        ReportForm::FROM | ReportForm::UNTIL => &[Wrong::NotATime, Wrong::Reversed],
        _ => &[],
    }
}

/// A box or a button of a list that can be ticked.
pub(crate) fn tick(
    kind: &'static str,
    id: String,
    name: &'static str,
    value: String,
    ticked: bool,
    said: impl IntoView + 'static,
) -> impl IntoView {
    view! {
        <label class="tick">
            <input type=kind id=id name=name value=value checked=ticked/>
            <span>{said}</span>
        </label>
    }
}

/// An answer that is not asked for.
pub(crate) fn hidden(name: &'static str, value: impl ToString) -> impl IntoView {
    view! { <input type="hidden" name=name value=value.to_string()/> }
}

/// The primary button.
pub(crate) fn send(label: Text) -> impl IntoView {
    view! { <button>{label}</button> }
}

/// A form of one button, for a change that needs no answers.
pub(crate) fn press(to: &'static str, class: &'static str, label: Text) -> impl IntoView {
    view! { <form method="post" action=to><button class=class>{label}</button></form> }
}

/// What is wrong with a field, in words; what to do about it.
pub(crate) fn wrong_text(field: &str, wrong: Wrong) -> Text {
    match wrong {
        Wrong::Missing => match field {
            CodeForm::CODE => Text::WrongMissingCode,
            MobileForm::MOBILE => Text::WrongMissingMobile,
            ReportForm::WHEN => Text::WrongMissingWhen,
            ReportForm::DAY => Text::WrongMissingDay,
            ReportForm::REASON => Text::WrongMissingReason,
            _ => Text::WrongMissingEmail,
        },
        Wrong::TooLong if field == MobileForm::MOBILE => Text::WrongTooLongMobile,
        Wrong::TooLong => Text::WrongTooLong,
        Wrong::NotAnEmail => Text::WrongNotAnEmail,
        Wrong::EmailLetters => Text::WrongEmailLetters,
        Wrong::NotANumber => Text::WrongNotANumber,
        Wrong::NotAMobile => Text::WrongNotAMobile,
        Wrong::Premium => Text::WrongPremium,
        Wrong::NotACode => Text::WrongNotACode,
        Wrong::WrongCode => Text::WrongWrongCode,
        Wrong::OldCode => Text::WrongOldCode,
        Wrong::ChooseOne if field == ChoiceForm::CHANNELS => Text::WrongChooseChannel,
        Wrong::ChooseOne => Text::WrongChooseChild,
        Wrong::NoMobile => Text::WrongNoMobile,
        Wrong::NotADay => Text::WrongNotADay,
        Wrong::NotATime => Text::WrongNotATime,
        Wrong::Reversed => Text::WrongReversed,
        Wrong::Over => Text::WrongOver,
        Wrong::TooFarAhead => Text::WrongTooFarAhead { days: ReportForm::DAYS_AHEAD.to_string() },
        Wrong::NoPlace => Text::WrongNoPlace,
    }
}

/// Why something was not done, in words.
pub(crate) fn refusal_text(refusal: Refusal) -> Text {
    match refusal {
        Refusal::Form => Text::RefusalForm,
        Refusal::StepNotReached => Text::RefusalStepNotReached,
        Refusal::NoIdentification => Text::RefusalNoIdentification,
        Refusal::OtherBrowser => Text::RefusalOtherBrowser,
        Refusal::ReturnSpent => Text::RefusalReturnSpent,
        Refusal::OtherPerson => Text::RefusalOtherPerson,
        Refusal::NotTrusted => Text::RefusalNotTrusted,
        Refusal::BankIdDown => Text::RefusalBankIdDown,
        Refusal::TooManyTries => Text::RefusalTooManyTries,
        Refusal::TooManyLetters => Text::RefusalTooManyLetters,
        Refusal::LinkSpent => Text::RefusalLinkSpent,
        Refusal::NoChildLeft => Text::RefusalNoChildLeft,
        Refusal::NotFresh => Text::RefusalNotFresh,
        Refusal::TooManyChanges => Text::RefusalTooManyChanges,
        Refusal::ChangedMeanwhile => Text::RefusalChangedMeanwhile,
        Refusal::AlreadyBegun => Text::RefusalAlreadyBegun,
    }
}

#[cfg(test)]
mod tests {
    use model::Language;

    use super::*;
    use crate::live::wrong_with;

    #[test]
    fn a_field_has_the_words_of_all_that_an_island_finds_wrong_with_it_and_no_others() {
        let long = "x".repeat(300);
        let slips = ["", "x", "å@example.se", "031-390 06 10", "0900-123 45 67", long.as_str()];
        for field in [EmailForm::EMAIL, MobileForm::MOBILE, CodeForm::CODE] {
            let found: Vec<Wrong> = slips.iter().filter_map(|typed| wrong_with(field, typed)).collect();
            assert!(found.iter().all(|wrong| found_live(field).contains(wrong)), "{field}: {found:?}");
            assert!(found_live(field).iter().all(|wrong| found.contains(wrong)), "{field}: {found:?}");
        }
    }

    #[test]
    fn every_wrong_and_every_refusal_has_words_of_its_own_in_every_language() {
        for language in Language::ALL {
            let wrongs: std::collections::BTreeSet<_> =
                Wrong::ALL.iter().map(|wrong| wrong_text("email", *wrong).say(language)).collect();
            assert_eq!(wrongs.len(), Wrong::ALL.len(), "{language}");
            let refusals: std::collections::BTreeSet<_> =
                Refusal::ALL.iter().map(|refusal| refusal_text(*refusal).say(language)).collect();
            assert_eq!(refusals.len(), Refusal::ALL.len(), "{language}");
        }
    }
}
