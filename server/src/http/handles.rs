//! File handles: every connection takes one, and so do the database and every call to an outside system.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for everything that is no connection of a visitor's.
const OURS: u64 = 256;

/// How many connections there is room for, after taking as many handles as the system grants. Without this a crowd of
/// silent connections, which cost nothing to open, would leave none to ask BankID or the registers with.
pub(super) fn room() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let granted = match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    beside_ours(granted)
}

/// What is left for visitors of so many handles; none granted means no limit.
fn beside_ours(granted: Option<u64>) -> usize {
    let Some(granted) = granted else { return usize::MAX };
    usize::try_from(granted - OURS.min(granted / 2)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_handles_are_never_a_visitors() {
        assert_eq!(beside_ours(Some(1024)), 768);
        assert_eq!(beside_ours(Some(100)), 50);
        assert_eq!(beside_ours(None), usize::MAX);
    }

    #[test]
    fn all_the_system_grants_is_taken() {
        let room = room();
        let Rlimit { current, .. } = getrlimit(Resource::Nofile);
        assert_eq!(room, beside_ours(current));
    }
}
