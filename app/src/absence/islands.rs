//! Answers while one ticks and types. Like the other islands these have neither props nor a view: they wake up what the
//! server wrote, and run the portal's own checks on it.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use {
    crate::{browser, live::tell},
    model::{ChoiceForm, ReportForm, Wrong},
};

/// The start of the ids of what is ticked in the form of this number: `pim-0`, `sms-0`. The first box of a form is
/// called as the field is, so that a wrong leads to it; its `data-mobile` is 1 where there is a number to send to.
pub(crate) const PIM: &str = "pim";
/// The same of text messages.
pub(crate) const SMS: &str = "sms";

/// The id of the own times' choice.
#[cfg(feature = "ssr")]
pub(crate) const OWN: &str = "own";

/// Checks the settings while one ticks: one channel at least, and a number for text messages.
#[island]
pub fn LiveChoice() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        browser::on_answer("change", |id, _| {
            let Some((_, form)) = id.rsplit_once('-') else { return };
            let first = format!("{}-{form}", ChoiceForm::CHANNELS);
            let ticked = |id: &str| browser::piece(id).is_some_and(|it| it.ticked());
            let choice = ChoiceForm {
                mail: ticked(&first),
                pim: ticked(&format!("{PIM}-{form}")),
                sms: ticked(&format!("{SMS}-{form}")),
                ..ChoiceForm::default()
            };
            let has_mobile = browser::piece(&first).is_some_and(|first| first.number("mobile") == 1);
            tell(&first, choice.read(has_mobile).err());
        });
    });
}

/// Checks a report while one answers: times in their order, and no complaint that is answered already.
#[island]
pub fn LiveReport() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::soon(|| {
        browser::on_answer("change", |id, _| {
            let field = id.split('-').next().unwrap_or_default();
            match field {
                ReportForm::FROM | ReportForm::UNTIL => {
                    let typed =
                        |field: &str| browser::piece(field).map_or_else(String::new, |it| it.answer());
                    let wrong = ReportForm::times(&typed(ReportForm::FROM), &typed(ReportForm::UNTIL)).err();
                    for field in [ReportForm::FROM, ReportForm::UNTIL] {
                        tell(field, wrong.filter(|(wrong, _)| *wrong == field).map(|(_, wrong)| wrong));
                    }
                }
                ReportForm::WHO => {
                    let mut boxes = (0..).map_while(|place| browser::piece(&numbered(field, place)));
                    let some = boxes.any(|child| child.ticked());
                    tell(field, (!some).then_some(Wrong::ChooseOne));
                }
                ReportForm::DAY | ReportForm::WHEN | ReportForm::REASON => tell(field, None),
                _ => {}
            }
        });
    });
}

/// The id of one of several answers to a question; the first is called as the question, so that a wrong leads to it.
pub(crate) fn numbered(field: &str, place: usize) -> String {
    if place == 0 { field.to_owned() } else { format!("{field}-{place}") }
}
