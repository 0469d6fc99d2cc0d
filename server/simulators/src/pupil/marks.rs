//! Absences as they were marked, in the town's own words. What the register makes of them is the journal's work.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// One absence of a pupil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    /// The register's id of it.
    pub(crate) id: Uuid,
    /// The pupil's id in this world.
    pub(crate) child: String,
    /// From when.
    pub(crate) start: Timestamp,
    /// Until when.
    pub(crate) end: Timestamp,
    /// Whether a guardian had reported it.
    pub(crate) kind: MarkKind,
    /// Whether the mark was taken back.
    pub(crate) withdrawn: bool,
}

/// Whether the school knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MarkKind {
    /// A guardian had reported it.
    Reported,
    /// Nobody had.
    Unreported,
}

/// A mark to be made or taken back.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Marked {
    /// Which one is meant; without it the one of the same child, kind and times.
    id: Option<Uuid>,
    pub(crate) child: String,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    kind: MarkKind,
    #[serde(default)]
    withdrawn: bool,
}

impl Marked {
    /// An absence that a client of the register reports.
    pub(super) fn reported(id: Uuid, child: &str, start: Timestamp, end: Timestamp) -> Self {
        let kind = MarkKind::Reported;
        Self { id: Some(id), child: child.to_owned(), start, end, kind, withdrawn: false }
    }
}

/// Every mark, in the order of marking.
#[derive(Debug, Default)]
pub(super) struct Marks {
    all: Vec<Mark>,
    by_child: HashMap<String, Vec<usize>>,
}

impl Marks {
    /// Makes a mark, changes the one with the same id or the same child, kind and times, or takes back: the same one,
    /// else all of that kind and child that it touches. Gives each mark as it was, if it was, and as it is.
    pub(super) fn settle(&mut self, marked: Marked) -> Vec<(Option<Mark>, Mark)> {
        let own = self.by_child.get(&marked.child).into_iter().flatten().copied();
        let own: Vec<usize> = own.filter(|&at| self.all[at].kind == marked.kind).collect();
        let same = match marked.id {
            Some(id) => self.all.iter().position(|mark| mark.id == id),
            None => own.iter().copied().find(|&at| {
                let mark = &self.all[at];
                mark.start == marked.start && mark.end == marked.end
            }),
        };
        if let Some(at) = same {
            let Marked { start, end, kind, withdrawn, .. } = marked;
            let now = Mark { start, end, kind, withdrawn, ..self.all[at].clone() };
            return vec![(Some(std::mem::replace(&mut self.all[at], now.clone())), now)];
        }
        if marked.withdrawn {
            let touched = |at: &usize| {
                let mark = &self.all[*at];
                !mark.withdrawn && mark.start < marked.end && marked.start < mark.end
            };
            let touched: Vec<usize> = own.into_iter().filter(touched).collect();
            let withdraw = |at: usize| {
                let was = self.all[at].clone();
                self.all[at].withdrawn = true;
                (Some(was), self.all[at].clone())
            };
            return touched.into_iter().map(withdraw).collect();
        }
        let Marked { id, child, start, end, kind, withdrawn } = marked;
        self.by_child.entry(child.clone()).or_default().push(self.all.len());
        let mark = Mark { id: id.unwrap_or_else(Uuid::new_v4), child, start, end, kind, withdrawn };
        self.all.push(mark.clone());
        vec![(None, mark)]
    }

    /// Takes back the mark with this id, if there is one.
    pub(super) fn withdraw(&mut self, id: Uuid) {
        self.all.iter_mut().filter(|mark| mark.id == id).for_each(|mark| mark.withdrawn = true);
    }

    /// The unreported absences of `child` that stand.
    pub(super) fn unreported(&self, child: &str) -> impl Iterator<Item = &Mark> {
        let own = self.by_child.get(child).into_iter().flatten().map(|&at| &self.all[at]);
        own.filter(|mark| mark.kind == MarkKind::Unreported && !mark.withdrawn)
    }

    pub(super) fn all(&self) -> &[Mark] {
        &self.all
    }

    /// Forgets the marks of every child whom `is_gone` names.
    pub(super) fn forget(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.all.retain(|mark| !is_gone(&mark.child));
        self.by_child.clear();
        for (at, mark) in self.all.iter().enumerate() {
            self.by_child.entry(mark.child.clone()).or_default().push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(start: &str, end: &str, withdrawn: bool) -> Marked {
        let at = |time: &str| format!("2026-11-24T{time}:00+01:00").parse().unwrap();
        let (start, end) = (at(start), at(end));
        Marked { id: None, child: "elsa".into(), start, end, kind: MarkKind::Unreported, withdrawn }
    }

    #[test]
    fn the_same_mark_again_is_the_same_mark() {
        let mut marks = Marks::default();
        let first = marks.settle(marked("08:00", "09:00", false)).remove(0).1;
        let (was, again) = marks.settle(marked("08:00", "09:00", false)).remove(0);
        assert_eq!((was.unwrap(), again), (first.clone(), first.clone()));
        let (_, withdrawn) = marks.settle(marked("08:00", "09:00", true)).remove(0);
        assert_eq!((withdrawn.id, withdrawn.withdrawn), (first.id, true));
        assert_eq!(marks.all().len(), 1);
        assert_eq!(marks.unreported("elsa").count(), 0);
    }

    #[test]
    fn a_withdrawal_without_its_mark_takes_back_what_it_touches() {
        let mut marks = Marks::default();
        for (start, end) in [("08:00", "09:00"), ("09:00", "10:00"), ("13:00", "14:00")] {
            marks.settle(marked(start, end, false));
        }
        assert_eq!(marks.settle(marked("08:30", "10:00", true)).len(), 2);
        assert_eq!(marks.unreported("elsa").count(), 1);
        assert!(marks.settle(marked("16:00", "17:00", true)).is_empty());
    }

    #[test]
    fn who_is_gone_is_forgotten() {
        let mut marks = Marks::default();
        marks.settle(marked("08:00", "09:00", false));
        marks.forget(|child| child == "hugo");
        assert_eq!(marks.unreported("elsa").count(), 1);
        marks.forget(|child| child == "elsa");
        assert!(marks.all().is_empty() && marks.unreported("elsa").count() == 0);
    }
}
