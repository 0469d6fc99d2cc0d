//! How much of the work may be with one provider at a time.

use std::{num::NonZeroU32, time::Duration};

/// How a worker uses a line: the way out to one provider, shared by every kind of job that names it.
///
/// Each worker counts for itself. Where several processes work, what a provider allows is divided between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Jobs on it at the same time. However many are allowed, a worker with several hands keeps one free of it: a
    /// provider that hangs must not hold up everything else.
    pub at_once: usize,
    /// Tries begun in a second; after a silence as many may begin together. `None`: no limit.
    pub per_second: Option<NonZeroU32>,
    /// After so many tries in a row that found nobody it rests.
    pub failures: u32,
    /// How long it rests at first. Then one job goes ahead for all; each time that finds nobody the rest is doubled.
    pub rest: Duration,
    /// The longest rest.
    pub longest_rest: Duration,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            at_once: usize::MAX,
            per_second: None,
            failures: 5,
            rest: Duration::from_secs(5),
            longest_rest: Duration::from_secs(60),
        }
    }
}
