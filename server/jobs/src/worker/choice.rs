//! Who goes first.

use super::{lines::Rooms, registry::Kind};

/// One place in so many goes to whoever has waited longest, whatever its priority.
const TURN_OF_THE_OLDEST: u64 = 8;

/// A row that could be leased.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) priority: i64,
    pub(super) due_at: i64,
    /// Why it can only be given up. Then it calls nobody and needs no room on its line.
    pub(super) foregone: Option<String>,
}

impl Candidate {
    fn line(&self) -> Option<&'static str> {
        self.kind.line.filter(|_| self.foregone.is_none())
    }
}

/// At most `most` of them, in the order in which they begin; no line gets more than it has room for. `turn` says how many
/// were chosen before.
pub(super) fn choose(
    mut candidates: Vec<Candidate>,
    most: usize,
    mut rooms: Rooms,
    mut turn: u64,
) -> Vec<Candidate> {
    candidates.sort_by(|one, other| {
        other.priority.cmp(&one.priority).then(one.due_at.cmp(&other.due_at)).then(one.id.cmp(&other.id))
    });
    let mut chosen = Vec::new();
    while chosen.len() < most {
        candidates.retain(|one| one.line().is_none_or(|line| rooms.get(line).is_some_and(|room| *room > 0)));
        let next = if turn % TURN_OF_THE_OLDEST == TURN_OF_THE_OLDEST - 1 {
            (0..candidates.len()).min_by_key(|place| candidates[*place].due_at)
        } else {
            (!candidates.is_empty()).then_some(0)
        };
        let Some(place) = next else { break };
        let next = candidates.remove(place);
        if let Some(room) = next.line().and_then(|line| rooms.get_mut(line)) {
            *room -= 1;
        }
        turn += 1;
        chosen.push(next);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn candidate(id: &str, line: Option<&'static str>, priority: i64, due_at: i64) -> Candidate {
        let kind = Kind { name: "test", line, patience: Duration::ZERO, target: None };
        Candidate { id: id.into(), kind, priority, due_at, foregone: None }
    }

    fn chosen(candidates: &[Candidate], most: usize, rooms: &[(&'static str, usize)], turn: u64) -> String {
        let chosen = choose(candidates.to_vec(), most, rooms.iter().copied().collect(), turn);
        chosen.into_iter().map(|one| one.id).collect()
    }

    #[test]
    fn the_urgent_goes_first_and_then_what_was_due_first() {
        let all = [
            candidate("d", None, 0, 1),
            candidate("c", None, 5, 9),
            candidate("b", None, 5, 3),
            candidate("a", None, 10, 8),
        ];
        assert_eq!(chosen(&all, 9, &[], 0), "abcd");
        assert_eq!(chosen(&all, 2, &[], 0), "ab");
        assert_eq!(chosen(&[], 2, &[], 0), "");
    }

    #[test]
    fn one_place_in_eight_is_for_who_has_waited_longest() {
        let mut all: Vec<_> = (0..20).map(|n| candidate("u", None, 10, 100 + n)).collect();
        all.extend((0..3).map(|n| candidate("w", None, 0, n)));
        assert_eq!(chosen(&all, 16, &[], 0), "uuuuuuuwuuuuuuuw");
        assert_eq!(chosen(&all, 1, &[], 7), "w", "also where places are free one by one");
    }

    #[test]
    fn a_full_line_holds_up_nobody_else() {
        let all = [
            candidate("a", Some("mail"), 10, 1),
            candidate("b", Some("mail"), 10, 2),
            candidate("c", Some("sms"), 5, 3),
            candidate("d", None, 0, 4),
        ];
        assert_eq!(chosen(&all, 9, &[("mail", 1), ("sms", 9)], 0), "acd");
        assert_eq!(chosen(&all, 9, &[("mail", 0), ("sms", 0)], 0), "d");
        assert_eq!(chosen(&all, 9, &[], 0), "d", "a line nobody knows has no room");
    }

    #[test]
    fn what_can_only_be_given_up_needs_no_room() {
        let mut late = candidate("a", Some("mail"), 5, 1);
        late.foregone = Some("deadline".into());
        let all = [late, candidate("b", Some("mail"), 5, 2)];
        assert_eq!(chosen(&all, 9, &[("mail", 0)], 0), "a");
        assert_eq!(chosen(&all, 9, &[("mail", 1)], 0), "ab");
    }
}
