//! A register says that something changed: a hint, nothing more. What is true the house asks itself.

use std::sync::atomic::Ordering::SeqCst;

use crate::{Error, Portal, Result, custody};

impl Portal {
    /// Something changed in the registers: every answer about custody is asked for again at the next look, and the pupil
    /// register is read, beside everything else. However many hints come meanwhile, one more reading follows them all.
    pub fn registers_changed(&self) {
        if self.0.hints.fetch_add(1, SeqCst) > 0 {
            return;
        }
        let portal = self.clone();
        tokio::spawn(async move {
            loop {
                let followed = portal.0.hints.load(SeqCst);
                match portal.follow_hint().await {
                    // The registers' own trouble is told where it is met.
                    Ok(()) | Err(Error::Unavailable(_)) => {}
                    Err(error) => tracing::error!(%error, "a hint of the registers was not followed"),
                }
                if portal.0.hints.compare_exchange(followed, 0, SeqCst, SeqCst).is_ok() {
                    return;
                }
            }
        });
    }

    async fn follow_hint(&self) -> Result<()> {
        custody::mark_all_stale(self.store().writer()).await?;
        self.sync_registers(false).await?;
        // Who asked in between asked about the children of the old copy.
        custody::mark_all_stale(self.store().writer()).await
    }
}
