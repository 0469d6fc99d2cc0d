//! What runs beside the visits.
/// The running background work.
pub struct Background;
impl Background {
    /// Waits until all of it has ended.
    pub async fn ended(self) {}
}
