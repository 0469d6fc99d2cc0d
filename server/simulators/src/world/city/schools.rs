//! The units, groups and lessons of a city, and who goes where.

use super::{
    super::{Enrolment, Group, GroupKind, Lesson, Person, Unit, UnitKind},
    names,
};
use jiff::{
    Span, Timestamp,
    civil::{Date, date, time},
    tz::TimeZone,
};

/// Of 95 pupils so many are in preschool, in compulsory school, in upper secondary school (domain.md 3.2).
const SHARES: [(UnitKind, usize, u8); 3] =
    [(UnitKind::Preschool, 25, 5), (UnitKind::Compulsory, 58, 10), (UnitKind::UpperSecondary, 12, 3)];
/// Pupils of a unit, by kind.
const IN_UNIT: [usize; 3] = [66, 387, 400];
/// Children of a preschool section, pupils of a class.
const IN_SECTION: usize = 16;
const IN_CLASS: usize = 27;
/// What a class does: the first together, the others in teaching groups.
const SUBJECTS: [&str; 4] = ["Svenska", "Matematik", "Engelska", "Historia"];
/// When lessons begin and end: hours and minutes.
const HOURS: [[(i8, i8); 2]; 4] =
    [[(8, 10), (9, 0)], [(9, 20), (10, 20)], [(10, 40), (11, 30)], [(12, 30), (13, 40)]];

/// Children who began the same year: the youngest of preschool are the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cohort {
    kind: usize,
    /// Counts from nought within the kind of school.
    year: u8,
}

impl Cohort {
    /// How old they become in the year in which the school year begins.
    pub(super) fn age(self) -> i16 {
        let first: u8 = [1, 6, 16][self.kind];
        (first + self.year).into()
    }
}

/// The cohorts of so many pupils, a card for each.
pub(super) fn deck(pupils: usize) -> Vec<Cohort> {
    let mut shares = Vec::new();
    for (kind, (_, share, years)) in SHARES.into_iter().enumerate() {
        // In 30ths, so that five, ten and three years each have a whole share.
        shares.extend((0..years).map(|year| (Cohort { kind, year }, share * 30 / usize::from(years))));
    }
    let (mut deck, mut sum) = (Vec::with_capacity(pupils), 0);
    for (cohort, share) in shares {
        sum += share;
        deck.resize(pupils * sum / (95 * 30), cohort);
    }
    deck
}

/// A user name as schools make them: three letters of each name and the year of birth.
pub(super) fn username(given: &str, family: &str, year: &str) -> String {
    let plain = |c: char| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' => 'e',
        'ć' => 'c',
        'ı' => 'i',
        c => c,
    };
    let three = |name: &str| name.to_lowercase().chars().take(3).map(plain).collect::<String>();
    format!("{}{}{year}", three(given), three(family))
}

/// Every school of a city.
#[derive(Debug)]
pub(super) struct Schools {
    /// Units by kind.
    units: [usize; 3],
    /// The year in which the school year began.
    year: i16,
    groups: Vec<Group>,
}

impl Schools {
    /// Schools enough for the pupils of `deck`.
    pub(super) fn new(deck: &[Cohort], year: i16) -> Self {
        let count = |kind| deck.iter().filter(|cohort| cohort.kind == kind).count();
        let units = [0, 1, 2].map(|kind| count(kind).div_ceil(IN_UNIT[kind]));
        Self { units, year, groups: Vec::new() }
    }

    /// Gives every pupil a place: neighbours in the list of pupils go together.
    pub(super) fn place(&mut self, persons: &mut [Person], pupils: &[(usize, Cohort)]) {
        let small: Vec<usize> = of(pupils, |cohort| cohort.kind == 0);
        self.fill(persons, &small, 0, IN_SECTION, |at, _| section(at));
        for year in 0..SHARES[1].2 {
            let cohort: Vec<usize> = of(pupils, |cohort| *cohort == Cohort { kind: 1, year });
            let name = if year == 0 { "F".to_owned() } else { year.to_string() };
            self.fill(persons, &cohort, 1, IN_CLASS, |at, _| format!("{name}{}", letter(at)));
        }
        for year in 0..SHARES[2].2 {
            let cohort: Vec<usize> = of(pupils, |cohort| *cohort == Cohort { kind: 2, year });
            self.fill(persons, &cohort, 2, IN_CLASS, |at, began| programme(at, began - i16::from(year)));
        }
    }

    /// Cuts `pupils` into groups of `size` at most and spreads those over the units of `kind`.
    fn fill(
        &mut self,
        persons: &mut [Person],
        pupils: &[usize],
        kind: usize,
        size: usize,
        name: impl Fn(usize, i16) -> String,
    ) {
        let groups = pupils.len().div_ceil(size);
        let (mut unit, mut within) = (usize::MAX, 0);
        for group in 0..groups {
            let at = group * self.units[kind] / groups;
            within = if at == unit { within + 1 } else { 0 };
            unit = at;
            let (code, name) = (code(kind, unit), name(within, self.year));
            let id = format!("{code}-{}", name.to_lowercase());
            let members = group * pupils.len() / groups..(group + 1) * pupils.len() / groups;
            for &pupil in &pupils[members] {
                let from = date(self.year, 8, 17);
                let place = Enrolment { unit: code.clone(), group: Some(id.clone()), from, to: None };
                persons[pupil].enrolments = vec![place];
            }
            let group_kind = if kind == 0 { GroupKind::Section } else { GroupKind::Class };
            if kind > 0 {
                self.groups.extend(SUBJECTS[1..].iter().map(|subject| Group {
                    id: teaching_group(&id, subject),
                    unit: code.clone(),
                    name: format!("{subject} {name}"),
                    kind: GroupKind::Group,
                    within: Some(id.clone()),
                }));
            }
            self.groups.push(Group { id, unit: code, name, kind: group_kind, within: None });
        }
    }

    /// Every unit.
    pub(super) fn units(&self) -> Vec<Unit> {
        let counted = SHARES.iter().zip(self.units).enumerate();
        let each =
            counted.flat_map(|(at, ((kind, ..), count))| (0..count).map(move |unit| (at, *kind, unit)));
        each.map(|(at, kind, unit)| Unit {
            code: code(at, unit),
            name: name(at, unit),
            kind,
            municipality: "1480".to_owned(),
            // The series that is reserved for fiction.
            phone: Some(format!("031-390 06 {:02}", unit % 100)),
            email: Some(format!("{}@example.se", code(at, unit))),
            notice_delay_minutes: Some(0),
        })
        .collect()
    }

    /// Every group, teaching groups beside their class.
    pub(super) fn groups(&mut self) -> Vec<Group> {
        std::mem::take(&mut self.groups)
    }
}

/// Five days of lessons from `monday` on, for every class among `groups`.
pub(super) fn lessons(groups: &[Group], monday: Date) -> Vec<Lesson> {
    let zone = TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC);
    let at = |day: i64, (hour, minute): (i8, i8)| {
        let day = monday.checked_add(Span::new().days(day)).unwrap_or(monday);
        zone.to_timestamp(day.to_datetime(time(hour, minute, 0, 0))).unwrap_or(Timestamp::UNIX_EPOCH)
    };
    let slots: Vec<(usize, usize, [Timestamp; 2])> = (0..5)
        .flat_map(|day| (0..HOURS.len()).map(move |slot| (day, slot)))
        .map(|(day, slot)| {
            let [start, end] = HOURS[slot];
            (
                day,
                slot,
                [
                    at(i64::try_from(day).unwrap_or_default(), start),
                    at(i64::try_from(day).unwrap_or_default(), end),
                ],
            )
        })
        .collect();
    let classes = groups.iter().filter(|group| group.kind == GroupKind::Class).enumerate();
    let lessons = classes.flat_map(|(nth, class)| {
        slots.iter().map(move |(day, slot, [start, end])| {
            let subject = SUBJECTS[(nth + day + slot) % SUBJECTS.len()];
            Lesson {
                id: format!("{}-{}-{}", class.id, day + 1, slot + 1),
                group: if subject == SUBJECTS[0] {
                    class.id.clone()
                } else {
                    teaching_group(&class.id, subject)
                },
                subject: subject.to_owned(),
                start: *start,
                end: *end,
            }
        })
    });
    lessons.collect()
}

fn of(pupils: &[(usize, Cohort)], fits: impl Fn(&Cohort) -> bool) -> Vec<usize> {
    pupils.iter().filter(|(_, cohort)| fits(cohort)).map(|(at, _)| *at).collect()
}

fn code(kind: usize, unit: usize) -> String {
    format!("98{}{:05}", kind + 1, unit + 1)
}

/// A name no other unit of its kind has.
fn name(kind: usize, unit: usize) -> String {
    // The kinds begin at different places, so that a preschool and a school next to each other differ.
    let at = unit + kind * 7;
    let (first, last) =
        (names::PLACES[at % names::PLACES.len()], names::ENDS[at / names::PLACES.len() % names::ENDS.len()]);
    let again = match at / (names::PLACES.len() * names::ENDS.len()) {
        0 => String::new(),
        times => format!(" {}", times + 1),
    };
    match kind {
        0 => format!("Förskolan {first}{last}{again}"),
        1 => format!("{first}{last}skolan{again}"),
        _ => format!("{first}{last}gymnasiet{again}"),
    }
}

fn section(at: usize) -> String {
    let name = names::SECTIONS[at % names::SECTIONS.len()];
    match at / names::SECTIONS.len() {
        0 => name.to_owned(),
        times => format!("{name} {}", times + 1),
    }
}

/// A, B, … Z, AA, AB and on.
fn letter(at: usize) -> String {
    let one = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    match at / 26 {
        0 => one(at).to_string(),
        times => format!("{}{}", one(times - 1), one(at)),
    }
}

/// The class of a programme that began in `year`.
fn programme(at: usize, year: i16) -> String {
    let name = names::PROGRAMMES[at % names::PROGRAMMES.len()];
    let more = match at / names::PROGRAMMES.len() {
        0 => String::new(),
        times => letter(times),
    };
    format!("{name}{:02}{more}", year.rem_euclid(100))
}

fn teaching_group(class: &str, subject: &str) -> String {
    format!("{class}-{}", subject.to_lowercase())
}
