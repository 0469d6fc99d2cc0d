//! Närvarohantering: the menu, and the box on Mina barn.

use leptos::prelude::*;
use model::ChildCard;
use portal::Visit;

use crate::{
    Fault, Place,
    children::away,
    page::{Page, Reply},
    text::Text,
};

/// The question of an address: which child.
pub(crate) const CHILD: &str = "barn";
/// The question of an address: which report is changed.
pub(super) const CHANGE: &str = "andra";
/// The question of an address that says: it was done.
pub(super) const DONE: &str = "klart";

/// Närvarohantering.
pub(crate) async fn menu(visit: &Visit) -> Result<Reply, Fault> {
    let children = visit.guardian()?.children().await?;
    Page::new(Text::AbsenceTitle, move || {
        view! {
            <h1>{Text::AbsenceTitle}</h1>
            <p class="lead">{Text::AbsenceLead}</p>
            {ways()}
            {(!children.is_empty()).then(|| today(children))}
        }
    })
    .until_the_session_ends(visit)
    .into_reply()
}

/// What can be done about absence.
pub(crate) fn ways() -> impl IntoView {
    let ways = [
        (Place::AbsenceReport, Text::ReportTitle),
        (Place::AbsenceHistory, Text::HistoryTitle),
        (Place::AbsenceSettings, Text::SettingsTitle),
    ];
    let ways = ways.map(|(to, label)| view! { <li><a href=to.to_string()>{label}</a></li> });
    view! { <ul class="ways">{ways.into_iter().collect_view()}</ul> }
}

fn today(children: Vec<ChildCard>) -> impl IntoView {
    let rows = children
        .into_iter()
        .map(|child| {
            let (chip, words) = child.absent.map_or(("chip off", Text::AbsenceNothingToday), away);
            view! { <div><dt>{child.given}</dt><dd class=chip>{words}</dd></div> }
        })
        .collect_view();
    view! {
        <section>
            <h2>{Text::AbsenceToday}</h2>
            <dl class="rows">{rows}</dl>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use model::AbsentToday;

    use super::*;

    #[test]
    fn every_state_of_a_day_has_a_shape_and_words_of_its_own() {
        let [reported, unexcused] = [AbsentToday::Reported, AbsentToday::Unexcused].map(away);
        assert_ne!(reported.0, unexcused.0);
        assert_ne!(reported.1.owned(), unexcused.1.owned());
    }
}
