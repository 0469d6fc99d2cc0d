//! The pupil register's import.
use serde::Serialize;
/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// School units read.
    pub units: usize,
    /// Groups read.
    pub groups: usize,
    /// Persons read.
    pub persons: usize,
    /// Pupils kept.
    pub pupils: usize,
    /// Guardian relations kept.
    pub relations: usize,
    /// Links closed because a guardian vanished.
    pub links_closed: usize,
    /// Why the import stopped and yesterday's copy stands; none where it was applied.
    pub braked: Option<String>,
}
