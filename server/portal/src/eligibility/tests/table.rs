//! The table: what is different about a family, and what comes of it.

use model::{
    Outcome::{
        self, AccountClosed, AccountExists, AccountResting, ChildCameOfAge, Eligible, NotYetPlaced,
        OutsideTheCity, PlacementEnded, TurnToTheSchool, UnderAge,
    },
    Protection,
};

use super::family::{CHILD_ID, Family, GROWN, TODAY, YOUNG_ADULT, day, number, place, ward};
use crate::eligibility::{Account, Bar, Mark, Ward};

/// In words, as a change of a whole family, and its outcome.
type Row = (&'static str, fn(&mut Family), Outcome);

const ROWS: &[Row] = &[
    ("custody on both sides and a place", |_| {}, Eligible),
    (
        "a place that begins within the horizon",
        |f| f.pupils[0].places = vec![place("2027-01-23", None)],
        Eligible,
    ),
    (
        "a place whose last day is today",
        |f| f.pupils[0].places = vec![place("2026-08-17", Some(TODAY))],
        Eligible,
    ),
    (
        "a place that begins beyond the horizon",
        |f| f.pupils[0].places = vec![place("2027-01-24", None)],
        NotYetPlaced,
    ),
    ("known to the pupil register without a place", |f| f.pupils[0].places.clear(), NotYetPlaced),
    ("lives in the city, unknown to the pupil register", |f| f.pupils.clear(), NotYetPlaced),
    (
        "a place that ended yesterday",
        |f| f.pupils[0].places = vec![place("2025-08-17", Some("2026-11-23"))],
        PlacementEnded,
    ),
    (
        "a place that ended and one far ahead",
        |f| f.pupils[0].places = vec![place("2025-08-17", Some("2026-06-10")), place("2027-08-17", None)],
        NotYetPlaced,
    ),
    (
        "lives elsewhere, unknown to the pupil register",
        |f| {
            f.ward().municipality = Some("1401".into());
            f.pupils.clear();
        },
        OutsideTheCity,
    ),
    (
        "moved away, the place here has ended",
        |f| {
            f.pupils[0].places = vec![place("2025-08-17", Some("2026-09-30"))];
            f.ward().municipality = Some("1384".into());
        },
        OutsideTheCity,
    ),
    ("lives elsewhere, has a place here", |f| f.ward().municipality = Some("1401".into()), Eligible),
    (
        "the child is 18 today",
        |f| {
            f.ward().number = number(GROWN);
            f.pupils[0].number = number(GROWN);
            f.today = day("2026-11-26");
        },
        ChildCameOfAge,
    ),
    (
        "the child is 18 tomorrow",
        |f| {
            f.ward().number = number(GROWN);
            f.pupils[0].number = number(GROWN);
            f.today = day("2026-11-25");
        },
        Eligible,
    ),
    (
        "a grown child that only the pupil register still lists",
        |f| {
            *f.ward() = Ward { adult_says: false, child_says: false, ..ward(GROWN) };
            f.today = day("2026-11-26");
            f.pupils[0].number = number(GROWN);
        },
        ChildCameOfAge,
    ),
    ("under age", |f| f.adult = number(YOUNG_ADULT), UnderAge),
    (
        "under age and protected",
        |f| {
            f.adult = number(YOUNG_ADULT);
            f.population().protection = Protection::SecrecyMark;
        },
        TurnToTheSchool,
    ),
    ("an open account", |f| f.account = Account::Open, AccountExists),
    (
        "an open account, protected since",
        |f| {
            f.account = Account::Open;
            f.population().protection = Protection::ProtectedRegistration;
        },
        AccountExists,
    ),
    (
        "an open account, moved abroad",
        |f| {
            f.account = Account::Open;
            f.population().mark = Mark::Away;
        },
        AccountExists,
    ),
    (
        "an open account without a child left",
        |f| {
            f.account = Account::Open;
            f.population().children.clear();
        },
        AccountExists,
    ),
    ("a closed account", |f| f.account = Account::Closed, AccountClosed),
    ("an account closed by its holder", |f| f.account = Account::Resting, AccountResting),
    (
        "an account closed by its holder, protected since",
        |f| {
            f.account = Account::Resting;
            f.population().protection = Protection::SecrecyMark;
        },
        TurnToTheSchool,
    ),
    (
        "a closed account, protected since",
        |f| {
            f.account = Account::Closed;
            f.population().protection = Protection::SecrecyMark;
        },
        TurnToTheSchool,
    ),
    ("secrecy mark", |f| f.population().protection = Protection::SecrecyMark, TurnToTheSchool),
    (
        "protected registration",
        |f| f.population().protection = Protection::ProtectedRegistration,
        TurnToTheSchool,
    ),
    ("marked once, by either register", |f| f.marked = true, TurnToTheSchool),
    ("dead", |f| f.population().mark = Mark::Dead, TurnToTheSchool),
    ("emigrated", |f| f.population().mark = Mark::Away, TurnToTheSchool),
    ("a replaced identity", |f| f.population().mark = Mark::Void, TurnToTheSchool),
    ("unknown to folkbokföringen", |f| f.population = None, TurnToTheSchool),
    ("no child", |f| f.population().children.clear(), TurnToTheSchool),
    (
        "a samordningsnummer without relations",
        |f| {
            f.adult = number("198000602394");
            f.population().children.clear();
        },
        TurnToTheSchool,
    ),
    ("a samordningsnummer with custody", |f| f.adult = number("198502862397"), Eligible),
    ("barred from everything", |f| f.bars = vec![Bar { child: None }], TurnToTheSchool),
    (
        "barred from everything, with an account",
        |f| {
            f.bars = vec![Bar { child: None }];
            f.account = Account::Open;
        },
        TurnToTheSchool,
    ),
    ("barred from the only child", |f| f.bars = vec![Bar { child: Some(CHILD_ID) }], TurnToTheSchool),
    ("the only child was said not to be theirs", |f| _ = f.denied.insert(CHILD_ID), TurnToTheSchool),
    ("only the adult's record names the child", |f| f.ward().child_says = false, TurnToTheSchool),
    ("only the child's record names the adult", |f| f.ward().adult_says = false, TurnToTheSchool),
    (
        "only the pupil register names the adult",
        |f| {
            f.ward().adult_says = false;
            f.ward().child_says = false;
        },
        TurnToTheSchool,
    ),
    ("the pupil register does not name the adult", |f| f.pupils[0].names_adult = false, TurnToTheSchool),
    (
        "the child is protected by folkbokföringen",
        |f| f.ward().protection = Protection::SecrecyMark,
        TurnToTheSchool,
    ),
    (
        "the child is protected by the pupil register",
        |f| f.pupils[0].protection = Protection::SecrecyMark,
        TurnToTheSchool,
    ),
    (
        "a protected child that is grown up",
        |f| {
            *f.ward() = Ward { protection: Protection::SecrecyMark, ..ward(GROWN) };
            f.today = day("2026-11-26");
            f.pupils[0].number = number(GROWN);
        },
        TurnToTheSchool,
    ),
    ("the child is dead", |f| f.ward().mark = Mark::Dead, TurnToTheSchool),
    ("the child emigrated", |f| f.ward().mark = Mark::Away, TurnToTheSchool),
    ("the child is gone from the pupil register", |f| f.pupils[0].mark = Mark::Void, TurnToTheSchool),
    (
        "one protected child and one with a place",
        |f| {
            f.add_sibling();
            f.ward().protection = Protection::SecrecyMark;
        },
        Eligible,
    ),
    (
        "one protected child and one without a place yet",
        |f| {
            f.add_sibling();
            f.ward().protection = Protection::SecrecyMark;
            f.pupils[1].places.clear();
        },
        NotYetPlaced,
    ),
];

#[test]
fn every_row_of_the_table_comes_to_its_outcome() {
    for (words, change, outcome) in ROWS {
        assert_eq!(Family::whole().but(change).decide().outcome, *outcome, "{words}");
    }
}
