//! Named points at which the process dies on demand, so that a test can see what a crash leaves behind.

/// Every point, in the order the final step of the application passes them. The first four lie before the commit: a
/// crash there leaves nothing. After the last the account is there, though nobody was told.
pub const FAILPOINTS: &[&str] = &[
    "application.before-account",
    "application.after-account",
    "application.after-links",
    "application.before-commit",
    "application.after-commit",
];

/// Aborts the process at once if `point` is the configured one (`HJARNTORGET__FAILPOINT`, development only).
pub(crate) fn pass(configured: Option<&str>, point: &'static str) {
    debug_assert!(FAILPOINTS.contains(&point), "a failpoint that is not listed");
    if configured == Some(point) {
        std::process::abort();
    }
}
