//! Which jobs a worker knows.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::{BoxFuture, FutureExt};

use crate::{Job, Setback};

/// The jobs a worker runs, by name.
pub struct Registry<H>(BTreeMap<&'static str, Runner<H>>);

pub(super) struct Runner<H> {
    pub(super) run: Run<H>,
    pub(super) patience: Duration,
}

type Run<H> = Arc<dyn Fn(String, Arc<H>) -> BoxFuture<'static, Result<(), Setback>> + Send + Sync>;

impl<H> Clone for Runner<H> {
    fn clone(&self) -> Self {
        Self { run: Arc::clone(&self.run), patience: self.patience }
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
        let run: Run<H> = Arc::new(|payload, house| {
            async move {
                // Written by another version of this job, or by hand. Nothing will make it readable.
                let job: J = serde_json::from_str(&payload).map_err(|_| Setback::Never("payload"))?;
                job.run(&house).await
            }
            .boxed()
        });
        self.0.insert(J::NAME, Runner { run, patience: J::PATIENCE });
        self
    }

    /// Name and patience of every job it knows.
    pub(super) fn names(&self) -> Vec<(&'static str, Duration)> {
        self.0.iter().map(|(name, runner)| (*name, runner.patience)).collect()
    }

    pub(super) fn runner(&self, name: &str) -> Option<Runner<H>> {
        self.0.get(name).cloned()
    }
}
