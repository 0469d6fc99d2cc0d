//! A register says that something changed: a hint, nothing more. What is true the house asks itself.

use crate::{Portal, Result, custody};

impl Portal {
    /// Something changed in the registers. When this returns, every answer about custody is asked for again at the next
    /// look, whatever else goes on; the pupil register is read beside everything else. However many hints come meanwhile,
    /// one more reading follows them all.
    ///
    /// # Errors
    /// Only what is broken: the hint was not taken, and whoever gave it should give it again.
    pub async fn registers_changed(&self) -> Result<()> {
        self.all_stale().await?;
        let portal = self.clone();
        self.0.hints.follow("a hint of the registers", move || {
            let portal = portal.clone();
            async move { portal.follow_hint().await }
        });
        Ok(())
    }

    async fn follow_hint(&self) -> Result<()> {
        self.sync_registers(false).await?;
        // Who asked in between asked about the children of the old copy.
        self.all_stale().await
    }

    async fn all_stale(&self) -> Result<()> {
        self.change(|tx| async move { custody::mark_all_stale(&tx).await }).await
    }
}
