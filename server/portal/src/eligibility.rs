//! Who may have an account, and for which children: one pure function of what is known.
//!
//! The recipe is that of the registers reference, section 2.7: custody is what folkbokföringen says on both sides, a place
//! what the pupil register says, and the stronger protection always wins.
//!
//! Invariant: [`Decision::outcome`] is [`Outcome::TurnToTheSchool`], and nothing else of the decision is shown, for every
//! reason that must not be read from the screen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::{ChildId, Outcome, PersonId, Protection, UnitId};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// From this age on a person is an adult (föräldrabalken, 9 kap. 1 §).
pub(crate) const OF_AGE: i16 = 18;

/// Everything a decision rests on.
pub(crate) struct Known<'k> {
    /// The identified person.
    pub(crate) adult: &'k PersonId,
    /// What folkbokföringen answered; none where it has no such person.
    pub(crate) population: Option<&'k Population>,
    /// Either register marks the person as protected, or once did.
    pub(crate) marked: bool,
    /// What the pupil register holds of the children named by either register.
    pub(crate) pupils: &'k [Pupil],
    /// The account this person has or had.
    pub(crate) account: Account,
    /// Who is barred from what.
    pub(crate) bars: &'k [Bar],
    /// Children the person said are not theirs.
    pub(crate) denied: &'k BTreeSet<ChildId>,
    /// The day, in Sweden.
    pub(crate) today: Date,
    /// How many days ahead a place may begin.
    pub(crate) ahead: i32,
    /// The municipality of the house.
    pub(crate) municipality: &'k str,
}

/// What folkbokföringen says of an adult and of the children it was asked about for that adult.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Population {
    pub(crate) protection: Protection,
    pub(crate) mark: Mark,
    /// The children, each looked up in turn.
    pub(crate) children: Vec<Ward>,
}

/// Whether and why a person left the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mark {
    /// Still there.
    None,
    /// Dead.
    Dead,
    /// Emigrated: may still have custody.
    Away,
    /// Gone without trace, a replaced or false identity, or a reason we do not know.
    Void,
}

/// A child as folkbokföringen sees it beside one adult.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ward {
    #[serde(with = "crate::person::number")]
    pub(crate) number: PersonId,
    /// The adult's record names the child (`VF`).
    pub(crate) adult_says: bool,
    /// The child's record names the adult (`V`).
    pub(crate) child_says: bool,
    pub(crate) protection: Protection,
    pub(crate) mark: Mark,
    /// When the child left the register.
    #[serde(default)]
    pub(crate) left: Option<Date>,
    /// Where the child is registered.
    pub(crate) municipality: Option<String>,
    /// Custody since.
    pub(crate) since: Option<Date>,
}

/// A child as the pupil register sees it beside one adult: one child, however many rows it has or had there.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pupil {
    /// The row that stands for the child.
    pub(crate) id: ChildId,
    /// Every row of the child, that one among them: what a human decided about any of them holds for the child.
    pub(crate) rows: BTreeSet<ChildId>,
    pub(crate) number: PersonId,
    pub(crate) protection: Protection,
    /// Said to be dead or emigrated; [`Mark::Void`] where it is no longer listed.
    pub(crate) mark: Mark,
    /// The adult is named as guardian.
    pub(crate) names_adult: bool,
    pub(crate) places: Vec<Place>,
}

/// A place at a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) unit: UnitId,
    pub(crate) from: Date,
    /// The last day.
    pub(crate) to: Option<Date>,
}

/// The account a person has or had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    None,
    Open,
    Closed,
    /// Closed by its holder, who may still undo it.
    Resting,
}

/// A bar a human set: from one child, or from everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) child: Option<ChildId>,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    /// What was found about each pupil. Never shown.
    pub(crate) findings: Vec<(ChildId, Finding)>,
    /// The children to link. Empty where the person may not have an account.
    pub(crate) children: Vec<ChildId>,
    /// Units of unprotected children in custody, to be named on the outcome's page.
    pub(crate) units: Vec<UnitId>,
    /// The strongest mark either register puts on a protected pupil, for every row of it.
    pub(crate) marks: Vec<(ChildId, Protection)>,
    /// Every row of every child, and the one that stands for it.
    stands: BTreeMap<ChildId, ChildId>,
}

/// What was found about one child of one adult.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Custody by both registers, and a place now or soon.
    Placed,
    /// Custody, and a place later or not at all yet.
    NotYet,
    /// Custody; the last place is over.
    Ended,
    /// Custody of a child that lives in another municipality and has no place here.
    Outside,
    /// Of age, at midnight, Swedish time.
    CameOfAge,
    /// Protected by either register.
    Protected,
    /// A human barred the adult from this child.
    Barred,
    /// The adult said that it is not theirs.
    Denied,
    /// Dead, by either register.
    Dead,
    /// Custody of a child that emigrated, by either register, and on which day.
    Emigrated(Option<Date>),
    /// Deregistered for another reason, or gone from the pupil register.
    Gone,
    /// Neither side of folkbokföringen names the adult.
    NoCustody,
    /// One side of folkbokföringen does, the other does not.
    HalfCustody,
    /// Folkbokföringen names the adult, the pupil register does not.
    NotNamed,
}

/// What becomes of a link that exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Stays,
    /// It stays for a while on last known data, then it closes and the school is asked.
    Doubtful,
    /// It stays for as long as an ended place can be read about, from this day on.
    Lingers(Option<Date>),
    /// It closes now, for this reason.
    Closes(&'static str),
}

/// The end of a link that must not come back by itself: a school confirms first.
pub(crate) const ENDED_FOR_PROTECTION: &str = "protected";

impl Finding {
    pub(crate) const fn fate(self) -> Fate {
        match self {
            Self::Placed | Self::NotYet | Self::Ended | Self::Outside => Fate::Stays,
            Self::HalfCustody | Self::Gone => Fate::Doubtful,
            Self::Emigrated(left) => Fate::Lingers(left),
            Self::Dead => Fate::Closes("deceased"),
            Self::CameOfAge => Fate::Closes("of-age"),
            Self::Protected => Fate::Closes(ENDED_FOR_PROTECTION),
            Self::Barred => Fate::Closes("barred"),
            Self::Denied => Fate::Closes("denied"),
            Self::NoCustody => Fate::Closes("custody-ended"),
            Self::NotNamed => Fate::Closes("registers-disagree"),
        }
    }

    /// The kind of case a school is given, where one is.
    pub(crate) const fn case(self) -> Option<&'static str> {
        match self {
            Self::Protected => Some("protected-child"),
            Self::Dead => Some("deceased-child"),
            Self::HalfCustody | Self::NotNamed | Self::NoCustody => Some("registers-disagree"),
            _ => None,
        }
    }

    /// How much it says on the way to an outcome: the greatest of all children decides. What must not be read from the
    /// screen says nothing.
    const fn weight(self) -> (u8, Outcome) {
        match self {
            Self::Placed => (5, Outcome::Eligible),
            Self::NotYet => (4, Outcome::NotYetPlaced),
            Self::Ended => (3, Outcome::PlacementEnded),
            Self::Outside => (2, Outcome::OutsideTheCity),
            Self::CameOfAge => (1, Outcome::ChildCameOfAge),
            _ => (0, Outcome::TurnToTheSchool),
        }
    }
}

/// Decides. Time, registers and tables are arguments; nothing is asked and nothing is kept.
pub(crate) fn decide(known: &Known<'_>) -> Decision {
    if must_turn_to_the_school(known) {
        return Decision::only(Outcome::TurnToTheSchool);
    }
    match known.account {
        // The neutral reasons above stop a new account; who is already in meets custody child by child.
        Account::Open => return by_children(known, Outcome::AccountExists),
        Account::Closed => return Decision::only(Outcome::AccountClosed),
        Account::Resting => return Decision::only(Outcome::AccountResting),
        Account::None => {}
    }
    if known.adult.age_on(known.today).is_some_and(|age| age < OF_AGE) {
        return Decision::only(Outcome::UnderAge);
    }
    by_children(known, Outcome::Eligible)
}

/// Whether a pupil's own 18th birthday has come: at midnight, Swedish time.
pub(crate) fn came_of_age(child: &PersonId, today: Date) -> bool {
    child.age_on(today).is_some_and(|age| age >= OF_AGE)
}

fn must_turn_to_the_school(known: &Known<'_>) -> bool {
    if known.bars.iter().any(|bar| bar.child.is_none()) {
        return true;
    }
    match (known.account, known.population) {
        // A protected person, or one who moved abroad, is not locked out of an account the school knows of.
        (Account::Open, population) => {
            population.is_some_and(|it| matches!(it.mark, Mark::Dead | Mark::Void))
        }
        (Account::None | Account::Closed | Account::Resting, None) => true,
        (Account::None | Account::Closed | Account::Resting, Some(it)) => {
            known.marked || it.protection.is_protected() || it.mark != Mark::None
        }
    }
}

fn by_children(known: &Known<'_>, when_any: Outcome) -> Decision {
    let mut decision = Decision::only(when_any);
    let mut best = (0, Outcome::TurnToTheSchool);
    for ward in known.population.iter().flat_map(|population| &population.children) {
        let pupil = known.pupils.iter().find(|pupil| pupil.number == ward.number);
        let finding = find(known, ward, pupil);
        if finding.weight().0 > best.0 {
            best = finding.weight();
        }
        let Some(pupil) = pupil else { continue };
        decision.findings.push((pupil.id, finding));
        decision.stands.extend(pupil.rows.iter().map(|row| (*row, pupil.id)));
        if finding == Finding::Protected {
            let mark = ward.protection.max(pupil.protection);
            decision.marks.extend(pupil.rows.iter().map(|row| (*row, mark)));
        }
        if finding == Finding::Placed {
            decision.children.push(pupil.id);
        }
        if matches!(finding, Finding::Placed | Finding::NotYet | Finding::Ended) {
            decision.units.extend(pupil.places.iter().map(|place| place.unit));
        }
    }
    decision.units.sort_unstable();
    decision.units.dedup();
    if when_any == Outcome::Eligible {
        decision.outcome = best.1;
    }
    decision
}

fn find(known: &Known<'_>, ward: &Ward, pupil: Option<&Pupil>) -> Finding {
    let is_barred = |pupil: &Pupil| {
        known.bars.iter().filter_map(|bar| bar.child).any(|child| pupil.rows.contains(&child))
    };
    if pupil.is_some_and(is_barred) {
        return Finding::Barred;
    }
    if ward.protection.is_protected() || pupil.is_some_and(|pupil| pupil.protection.is_protected()) {
        return Finding::Protected;
    }
    if pupil.is_some_and(|pupil| !pupil.rows.is_disjoint(known.denied)) {
        return Finding::Denied;
    }
    let marks = [ward.mark, pupil.map_or(Mark::None, |pupil| pupil.mark)];
    if marks.contains(&Mark::Dead) {
        return Finding::Dead;
    }
    if marks.contains(&Mark::Void) {
        return Finding::Gone;
    }
    let named = pupil.is_some_and(|pupil| pupil.names_adult);
    let emigrated = marks.contains(&Mark::Away);
    match (ward.adult_says, ward.child_says) {
        // Folkbokföringen ends custody with the 18th birthday, the pupil register may still name the guardian.
        _ if came_of_age(&ward.number, known.today) && (ward.adult_says || ward.child_says || named) => {
            Finding::CameOfAge
        }
        (false, false) => Finding::NoCustody,
        (true, false) => Finding::HalfCustody,
        // The adult's post need not name a child that is registered no more.
        (false, true) if !emigrated => Finding::HalfCustody,
        _ if pupil.is_some() && !named => Finding::NotNamed,
        _ if emigrated => Finding::Emigrated(ward.left),
        _ => find_place(known, ward, pupil.map_or(&[], |pupil| &pupil.places)),
    }
}

fn find_place(known: &Known<'_>, ward: &Ward, places: &[Place]) -> Finding {
    let horizon = known.today.saturating_add(jiff::Span::new().days(known.ahead));
    let is_over = |place: &Place| place.to.is_some_and(|last| last < known.today);
    let lives_here = ward.municipality.as_deref().is_none_or(|code| code == known.municipality);
    if places.iter().any(|place| !is_over(place) && place.from <= horizon) {
        Finding::Placed
    } else if places.iter().any(|place| !is_over(place)) {
        Finding::NotYet
    } else if !lives_here {
        Finding::Outside
    } else if !places.is_empty() {
        Finding::Ended
    } else {
        Finding::NotYet
    }
}

impl Decision {
    fn only(outcome: Outcome) -> Self {
        Self {
            outcome,
            findings: Vec::new(),
            children: Vec::new(),
            units: Vec::new(),
            marks: Vec::new(),
            stands: BTreeMap::new(),
        }
    }

    /// The row that stands for the child of this one.
    pub(crate) fn standing(&self, row: ChildId) -> ChildId {
        self.stands.get(&row).copied().unwrap_or(row)
    }

    /// Every row of the child that this one stands for.
    pub(crate) fn rows_of(&self, child: ChildId) -> BTreeSet<ChildId> {
        let others = self.stands.iter().filter(|(_, standing)| **standing == child).map(|(row, _)| *row);
        others.chain([child]).collect()
    }
}
