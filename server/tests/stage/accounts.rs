//! Accounts as the application leaves them, written straight into the tables: a crowd of guardians without a crowd of
//! journeys.

use std::collections::{BTreeSet, HashMap};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use model::{Email, Mobile, PersonId};
use portal::Portal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use simulators::{
    register_id,
    world::{Census, Person, UnitKind},
};
use store::entity::{account, child_link, notice_choice, pupil};
use uuid::Uuid;

/// Rows in one statement: SQLite takes 32,766 values.
const ROWS: usize = 500;

/// The next day with lessons.
pub(crate) fn next_school_day(today: Date) -> Date {
    let is_school = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    today.series(1.day()).skip(1).find(is_school).unwrap()
}

/// Pupils with lessons (ids of the world) each of whose guardians may have an account and has no other child: when one of
/// them is missing, everybody hears.
pub(crate) fn only_children(census: &Census, today: Date) -> Vec<String> {
    let only = |person: &Person| person.custody_on(today).count() == 1;
    pupils_of(census, today).into_iter().filter(|child| census.custodians(child).all(only)).collect()
}

/// Pupils with lessons each of whose guardians may have an account, if not for every child of theirs.
pub(crate) fn pupils_of(census: &Census, today: Date) -> Vec<String> {
    let has_lessons = |child: &&str| {
        let person = census.person(child).unwrap();
        let mut places = person.enrolments.iter().filter(|place| place.stands(today));
        !person.protected()
            && places.any(|place| census.unit(&place.unit).unwrap().kind != UnitKind::Preschool)
    };
    let hears = |person: &Person| census.tags(person, today).iter().any(|tag| tag == "guardian");
    let adults = census.world().persons.iter().filter(|person| hears(person));
    let mut children: Vec<String> = adults
        .flat_map(|person| person.custody_on(today))
        .filter(has_lessons)
        .filter(|child| census.custodians(child).all(hears))
        .map(str::to_owned)
        .collect();
    children.sort();
    children.dedup();
    children
}

/// Gives everybody who may have an account for one of `children` (ids of the world) one, told by all three channels.
/// Answers how many guardians were linked to how many children, each pair counted.
pub(crate) async fn plant(portal: &Portal, census: &Census, children: &[String]) -> usize {
    let today = portal::day_of(portal.clock().now());
    let now = portal.clock().now().as_millisecond();
    let wanted: BTreeSet<&str> = children.iter().map(String::as_str).collect();
    let pupils = pupils(portal, children).await;
    let (mut accounts, mut links, mut choices) = (Vec::new(), Vec::new(), Vec::new());
    for person in &census.world().persons {
        let theirs: Vec<&str> = person.custody_on(today).filter(|child| wanted.contains(child)).collect();
        if theirs.is_empty() || !census.tags(person, today).iter().any(|tag| tag == "guardian") {
            continue;
        }
        let id = Uuid::new_v4().to_string();
        for child in theirs {
            links.push(link(&id, &pupils[child], now));
            choices.push(every_channel(&id, &pupils[child], now));
        }
        let number = PersonId::parse(person.number.as_deref().unwrap()).unwrap();
        accounts.push(row(portal, &id, &number, accounts.len(), now));
    }
    let (on, linked) = (portal.store().writer(), links.len());
    for rows in accounts.chunks(ROWS) {
        account::Entity::insert_many(rows.to_vec()).exec_without_returning(on).await.unwrap();
    }
    for rows in links.chunks(ROWS) {
        child_link::Entity::insert_many(rows.to_vec()).exec_without_returning(on).await.unwrap();
    }
    for rows in choices.chunks(ROWS) {
        notice_choice::Entity::insert_many(rows.to_vec()).exec_without_returning(on).await.unwrap();
    }
    linked
}

/// The house's own ids of these children.
async fn pupils(portal: &Portal, children: &[String]) -> HashMap<String, String> {
    let mut found = HashMap::new();
    for children in children.chunks(ROWS) {
        let ids: HashMap<String, &String> =
            children.iter().map(|child| (register_id("person", child).to_string(), child)).collect();
        let rows = pupil::Entity::find().filter(pupil::Column::RegisterId.is_in(ids.keys()));
        for row in rows.all(portal.store().reader()).await.unwrap() {
            found.insert(ids[&row.register_id].clone(), row.id);
        }
    }
    found
}

fn row(portal: &Portal, id: &str, number: &PersonId, place: usize, now: i64) -> account::ActiveModel {
    let keys = portal.keys();
    let seal = |column: &str, plain: &str| keys.seal("account", column, id, plain.as_bytes()).unwrap();
    let email = Email::parse(&format!("g{place}@example.se")).unwrap();
    let mobile = Mobile::parse(&format!("+4670{place:07}")).unwrap();
    account::ActiveModel {
        id: Set(id.to_owned()),
        subject: Set(keys.index_number(number)),
        number: Set(seal("number", number.reveal())),
        name: Set(seal("name", "{}")),
        email: Set(Some(seal("email", email.reveal()))),
        email_index: Set(Some(keys.index_email(&email))),
        email_verified_at: Set(Some(now)),
        email_failing_since: Set(None),
        mobile: Set(Some(seal("mobile", mobile.reveal()))),
        mobile_index: Set(Some(keys.index_mobile(&mobile))),
        mobile_verified_at: Set(Some(now)),
        mobile_failing_since: Set(None),
        information_version: Set("planted".to_owned()),
        language: Set("sv".to_owned()),
        language_at: Set(now),
        state: Set("open".to_owned()),
        opened_at: Set(now),
        opened_by: Set("bankid".to_owned()),
        closed_at: Set(None),
        close_reason: Set(None),
        undo_until: Set(None),
        updated_at: Set(now),
    }
}

fn link(account: &str, pupil: &str, now: i64) -> child_link::ActiveModel {
    child_link::ActiveModel {
        id: Set(Uuid::new_v4().to_string()),
        account_id: Set(account.to_owned()),
        pupil_id: Set(pupil.to_owned()),
        source: Set("planted".to_owned()),
        from_date: Set(None),
        checked_at: Set(now),
        correlation: Set("planted".to_owned()),
        since: Set(now),
        until: Set(None),
        end_reason: Set(None),
    }
}

fn every_channel(account: &str, pupil: &str, now: i64) -> notice_choice::ActiveModel {
    notice_choice::ActiveModel {
        account_id: Set(account.to_owned()),
        pupil_id: Set(pupil.to_owned()),
        mail: Set(1),
        pim: Set(1),
        sms: Set(1),
        valid_too: Set(0),
        version: Set(1),
        updated_at: Set(now),
    }
}
