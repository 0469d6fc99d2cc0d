//! Named points at which the process dies on demand, so that a test can see what a crash leaves behind.

/// Every point. First those of the application's final step, in their order: the first four lie before the commit, so a
/// crash there leaves nothing; after the last the account is there, though nobody was told. Then those of an absence, from
/// the register's word to the letter, what stands in for a letter that failed, and what corrects one; and those of a
/// guardian's report on its way to the register. After each of them what was begun is begun again.
pub const FAILPOINTS: &[&str] = &[
    "application.before-account",
    "application.after-account",
    "application.after-links",
    "application.before-commit",
    "application.after-commit",
    "absence.before-commit",
    "absence.after-commit",
    "notice.before-commit",
    "notice.after-commit",
    "delivery.before-send",
    "delivery.after-send",
    "fallback.before-commit",
    "correction.before-commit",
    "report.before-send",
    "report.after-send",
];

/// Aborts the process at once if `point` is the configured one (`HJARNTORGET__FAILPOINT`, development only).
pub(crate) fn pass(configured: Option<&str>, point: &'static str) {
    debug_assert!(FAILPOINTS.contains(&point), "a failpoint that is not listed");
    if configured == Some(point) {
        std::process::abort();
    }
}
