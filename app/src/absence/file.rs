//! Frånvarohistorik as a file for a spreadsheet.

use model::{Entry, History};
use portal::Visit;

use super::history::{Wanted, kind_of, what_of};
use crate::{
    Fault, Place,
    page::{Asked, Reply},
    text::Text,
    ui::{csv::table, dates::time},
};

/// What the file is called: nothing of a person.
const NAME: &str = "franvaro.csv";

/// The absences that the page with the same question would show.
pub(crate) async fn file(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let (_, history) = Wanted::by(asked)?.of(visit).await?;
    let Some(history) = history else { return Reply::go(Place::AbsenceHistory) };
    let csv = crate::text::speaking(visit.language(), || table(&rows(&history)));
    Ok(Reply::File { name: NAME, csv })
}

fn rows(history: &History) -> Vec<Vec<String>> {
    let heads = [
        Text::HistoryChild,
        Text::FileFirst,
        Text::FileLast,
        Text::FileFrom,
        Text::FileUntil,
        Text::HistoryWhat,
        Text::HistoryKind,
        Text::FileValid,
        Text::FileInvalid,
    ];
    let heads = heads.iter().map(Text::owned).collect();
    std::iter::once(heads).chain(history.entries.iter().map(|entry| row(history, entry))).collect()
}

fn row(history: &History, entry: &Entry) -> Vec<String> {
    // Of whole days neither times nor minutes are known.
    let said = |words: String| if entry.whole { String::new() } else { words };
    vec![
        history.given.clone(),
        entry.first.to_string(),
        entry.last.to_string(),
        said(time(entry.start)),
        said(time(entry.end)),
        what_of(entry),
        kind_of(entry).1.owned(),
        said(entry.valid_minutes.to_string()),
        said(entry.invalid_minutes.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use model::{AbsenceKind, ChildId, Date, Language, Span, What};

    use super::*;

    #[test]
    fn whatever_a_register_wrote_stays_text_in_a_spreadsheet() {
        let day: Date = "2026-11-24".parse().unwrap();
        let history = History {
            child: ChildId::from_uuid(uuid::Uuid::nil()),
            given: "=cmd|'/C calc'!A0".into(),
            family: String::new(),
            span: Span { from: day, to: day },
            entries: vec![Entry {
                kind: AbsenceKind::Unexcused,
                what: What::Lesson(Some("@SUM(1)".into())),
                first: day,
                last: day,
                start: "2026-11-24T07:10:00Z".parse().unwrap(),
                end: "2026-11-24T08:00:00Z".parse().unwrap(),
                whole: false,
                valid_minutes: 0,
                invalid_minutes: 50,
            }],
        };
        let mut days = history.clone();
        days.entries[0] = Entry { whole: true, valid_minutes: 1440, ..days.entries[0].clone() };
        let [csv, days] =
            [&history, &days].map(|history| crate::text::speaking(Language::En, || table(&rows(history))));
        assert!(!days.contains("1440") && !days.contains("08:10"), "{days}");
        let line = csv.lines().nth(1).unwrap();
        assert!(line.starts_with("\"'=cmd|"), "{line}");
        assert!(line.contains("\"'@SUM(1)\";\"Unexcused absence\";\"0\";\"50\""), "{line}");
        assert!(line.contains("\"08:10\";\"09:00\""), "{line}");
    }
}
