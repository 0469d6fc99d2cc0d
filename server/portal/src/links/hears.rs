//! Who is told of a child: the rule, of what is known and nothing else.

use model::Outcome;

use crate::eligibility::{Fate, Finding};

/// What is known of the holder of an open account that is linked to a child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener {
    /// What they would be answered, did they apply now.
    pub(super) outcome: Outcome,
    /// What the registers say of them and the child; none where they do not name it.
    pub(super) finding: Option<Finding>,
    /// Whether folkbokföringen answered.
    pub(super) asked: bool,
    /// Whether the link was confirmed so lately that last known data still live.
    pub(super) lately: bool,
}

/// Whether they hear of the child at this moment: nothing stands that would end the link at the next look, or hold it in doubt
/// for longer than last known data live.
pub(super) fn hears(of: Listener) -> bool {
    if of.outcome == Outcome::TurnToTheSchool {
        return false;
    }
    let fate = match of.finding {
        // Dead, or gone from a register: nobody is written to of such a child, whatever is found out later.
        Some(Finding::Dead | Finding::Emigrated(_) | Finding::Gone) => return false,
        Some(finding) => finding.fate(),
        None if !of.asked => Fate::Doubtful,
        None => Finding::NoCustody.fate(),
    };
    match fate {
        Fate::Stays => true,
        Fate::Doubtful => of.lately,
        Fate::Lingers(_) | Fate::Closes(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_follows_from_what_is_known() {
        use Finding::{
            Barred, CameOfAge, Dead, Denied, Emigrated, Ended, Gone, HalfCustody, NoCustody, NotNamed,
            NotYet, Outside, Placed, Protected,
        };
        // Of each finding, whether it is told of when the link was confirmed lately, and when long ago.
        let table = [
            (Some(Placed), true, true),
            (Some(NotYet), true, true),
            (Some(Ended), true, true),
            (Some(Outside), true, true),
            (Some(HalfCustody), true, false),
            (Some(CameOfAge), false, false),
            (Some(Protected), false, false),
            (Some(Barred), false, false),
            (Some(Denied), false, false),
            (Some(Dead), false, false),
            (Some(Emigrated(None)), false, false),
            (Some(Gone), false, false),
            (Some(NoCustody), false, false),
            (Some(NotNamed), false, false),
            // Folkbokföringen answered, and does not name the child.
            (None, false, false),
        ];
        for (finding, told_lately, told_long_ago) in table {
            for (lately, told) in [(true, told_lately), (false, told_long_ago)] {
                let listener = Listener { outcome: Outcome::Eligible, finding, asked: true, lately };
                assert_eq!(hears(listener), told, "{listener:?}");
                // Whoever is turned away themselves, by a mark, a bar or a death, hears of no child.
                let turned = Listener { outcome: Outcome::TurnToTheSchool, ..listener };
                assert!(!hears(turned), "{turned:?}");
            }
        }
        // A register that cannot be asked: what was known lately holds, and no longer.
        for lately in [true, false] {
            let listener = Listener { outcome: Outcome::RegisterDown, finding: None, asked: false, lately };
            assert_eq!(hears(listener), lately, "{listener:?}");
        }
    }
}
