//! Which jobs a worker knows.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::{BoxFuture, FutureExt};

use crate::{Job, Setback};

/// The jobs a worker runs, by name and by the word of their line in the table.
pub struct Registry<H>(BTreeMap<(&'static str, &'static str), Runner<H>>);

/// What is known of a job before it is read. Those of one name that leave by different lines are different kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) line: Option<&'static str>,
    pub(super) patience: Duration,
    pub(super) target: Option<Duration>,
}

impl Kind {
    /// Its line as the table has it.
    pub(super) fn line_word(&self) -> &'static str {
        self.line.unwrap_or_default()
    }
}

pub(super) struct Runner<H> {
    pub(super) kind: Kind,
    pub(super) run: Call<H>,
    /// Tells a job why it is given up.
    pub(super) give_up: Call<H>,
}

/// Takes the payload, the house, and a word where one belongs to the call.
pub(super) type Call<H> =
    Arc<dyn Fn(String, Arc<H>, String) -> BoxFuture<'static, Result<(), Setback>> + Send + Sync>;

impl<H> Clone for Runner<H> {
    fn clone(&self) -> Self {
        Self { kind: self.kind, run: Arc::clone(&self.run), give_up: Arc::clone(&self.give_up) }
    }
}

impl<H> Default for Registry<H> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<H: Send + Sync + 'static> Registry<H> {
    /// One that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind of job.
    #[must_use]
    pub fn with<J: Job<House = H>>(mut self) -> Self {
        let run: Call<H> =
            Arc::new(|payload, house, _| async move { read::<J>(&payload)?.run(&house).await }.boxed());
        let give_up: Call<H> = Arc::new(|payload, house, why| {
            async move { read::<J>(&payload)?.given_up(&house, &why).await }.boxed()
        });
        // Also without a line: so it was enqueued where an earlier version of this job had none.
        for line in std::iter::once(None).chain(J::LINES.iter().copied().map(Some)) {
            let kind = Kind { name: J::NAME, line, patience: J::PATIENCE, target: J::TARGET };
            let runner = Runner { kind, run: Arc::clone(&run), give_up: Arc::clone(&give_up) };
            self.0.insert((kind.name, kind.line_word()), runner);
        }
        self
    }

    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.0.values().map(|runner| runner.kind).collect()
    }

    pub(super) fn runner(&self, name: &str, line: &str) -> Option<Runner<H>> {
        self.0.get(&(name, line)).cloned()
    }
}

/// A payload that cannot be read was written by another version of this job, or by hand. Nothing will make it readable.
fn read<J: Job>(payload: &str) -> Result<J, Setback> {
    serde_json::from_str(payload).map_err(|_| Setback::Never("payload"))
}
