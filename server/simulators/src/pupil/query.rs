//! The query of a list: strict, so that a slip in a client shows. An unknown parameter is refused, as is a value of the wrong form.

use super::{answer::Fault, snapshot::Meta};
use jiff::{Timestamp, civil::Date};
use std::str::FromStr;

/// Parameters every list knows (registers.md 1.3).
const COMMON: [&str; 9] = [
    "limit",
    "pageToken",
    "meta.created.after",
    "meta.created.before",
    "meta.modified.after",
    "meta.modified.before",
    "expandReferenceNames",
    "expand",
    "sortkey",
];
/// The ends of the date parameters.
const BOUNDS: [&str; 4] =
    ["startDate.onOrBefore", "startDate.onOrAfter", "endDate.onOrBefore", "endDate.onOrAfter"];

/// The parameters of one request.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Takes the parameters; `name[]` means the same as `name`.
    ///
    /// # Errors
    /// 400 for a name that is neither common nor in `own`; `dated` names the prefix of its date parameters.
    pub(super) fn read(
        pairs: Vec<(String, String)>,
        own: &[&str],
        dated: Option<&str>,
    ) -> Result<Self, Fault> {
        let plain = |(name, value): (String, String)| match name.strip_suffix("[]") {
            Some(name) => (name.to_owned(), value),
            None => (name, value),
        };
        let pairs: Vec<_> = pairs.into_iter().map(plain).collect();
        let bound = |name: &str| {
            dated.and_then(|prefix| name.strip_prefix(prefix)).is_some_and(|rest| BOUNDS.contains(&rest))
        };
        match pairs.iter().find(|(n, _)| !COMMON.contains(&&**n) && !own.contains(&&**n) && !bound(n)) {
            Some((name, _)) => Err(Fault::bad(format!("parametern {name} finns inte här"))),
            None => Ok(Self(pairs)),
        }
    }

    /// Every value of a parameter that may be repeated.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The values, each of form `T`.
    pub(super) fn each<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Fault> {
        self.all(name).into_iter().map(|value| typed(name, value)).collect()
    }

    /// The value of a parameter that may stand once.
    pub(super) fn one<T: FromStr>(&self, name: &str) -> Result<Option<T>, Fault> {
        match self.all(name)[..] {
            [] => Ok(None),
            [value] => typed(name, value).map(Some),
            _ => Err(Fault::bad(format!("{name} får stå en gång"))),
        }
    }

    /// Every parameter's name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there is a parameter besides `limit` and `pageToken`.
    pub(super) fn filters(&self) -> bool {
        self.names().any(|name| !["limit", "pageToken"].contains(&name))
    }
}

fn typed<T: FromStr>(name: &str, value: &str) -> Result<T, Fault> {
    value.parse().map_err(|_| Fault::bad(format!("{name} har fel form")))
}

/// When a row was created and changed: after is exclusive, before inclusive.
#[derive(Debug)]
pub(super) struct History {
    created_after: Option<Timestamp>,
    created_before: Option<Timestamp>,
    modified_after: Option<Timestamp>,
    modified_before: Option<Timestamp>,
}

impl History {
    pub(super) fn read(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            created_after: query.one("meta.created.after")?,
            created_before: query.one("meta.created.before")?,
            modified_after: query.one("meta.modified.after")?,
            modified_before: query.one("meta.modified.before")?,
        })
    }

    pub(super) fn fits(&self, meta: &Meta) -> bool {
        self.created_after.is_none_or(|after| meta.created > after)
            && self.created_before.is_none_or(|before| meta.created <= before)
            && self.modified_after.is_none_or(|after| meta.modified > after)
            && self.modified_before.is_none_or(|before| meta.modified <= before)
    }
}

/// Between which dates something begins and ends; what has no end always fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start_by: Option<Date>,
    start_from: Option<Date>,
    end_by: Option<Date>,
    end_from: Option<Date>,
}

impl Span {
    pub(super) fn read(query: &Query, prefix: &str) -> Result<Self, Fault> {
        let bound = |name: &str| query.one(&format!("{prefix}{name}"));
        Ok(Self {
            start_by: bound("startDate.onOrBefore")?,
            start_from: bound("startDate.onOrAfter")?,
            end_by: bound("endDate.onOrBefore")?,
            end_from: bound("endDate.onOrAfter")?,
        })
    }

    pub(super) fn fits(&self, start: Date, end: Option<Date>) -> bool {
        self.start_by.is_none_or(|by| start <= by)
            && self.start_from.is_none_or(|from| start >= from)
            && end.is_none_or(|end| {
                self.end_by.is_none_or(|by| end <= by) && self.end_from.is_none_or(|from| end >= from)
            })
    }
}
