//! What each of the town's special people comes to, and what nobody can tell from it.

use std::collections::BTreeMap;

use model::{Outcome, Refusal};
use portal::{Error, Next, Who, audit::Deed};
use serde_json::json;
use simulators::System;

use crate::stage::Stage;

/// Everybody whose reason must not be read from the screen.
const NEUTRAL: &[&str] = &[
    "ek-maria",
    "gran-lena",
    "moberg-anders",
    "sandin-rikard",
    "lilja-ulrika",
    "berggren-lars",
    "thorell-niklas",
    "grahn-roger",
    "lager-kim",
    "stal-inga",
    "bolin-ove",
    "melin-charlotte",
    "amiri-reza-old",
    "okafor-grace-old",
    "dahl-pontus",
    "frisk-veronica",
    "silva-joao",
    "melnyk-oksana",
    "bengtsson-mats",
    "ostlund-mona",
    "soder-kerstin",
    "bohlin-per",
    "klint-robert",
    "holm-eva",
    "lind-mikael",
];

const ELIGIBLE: &[&str] = &[
    "lindqvist-sara",
    "forsberg-viktor",
    "blomberg-jesper",
    "warsame-halima",
    "berggren-monica",
    "thorell-pia",
    "amiri-reza",
    "okafor-grace",
    "frisk-johan",
    "kaplan-selin",
    "kovalenko-andrij",
    "schmidt-anke",
    "lofgren-carina",
    "ostlund-lars",
    "ahlin-jenny",
    "klint-sandra",
    "nyholm-eric",
    "hedberg-linda",
    "langnamn-alexandra",
    "ettnamn-wati",
    "garcia-lucia",
    "obrien-sean",
    "hostile-robin",
];

const OTHERS: &[(&str, Outcome)] = &[
    ("nordin-emma", Outcome::NotYetPlaced),
    ("hellman-sofia", Outcome::NotYetPlaced),
    ("nordlander-david", Outcome::NotYetPlaced),
    ("wiklund-marcus", Outcome::PlacementEnded),
    ("palm-cecilia", Outcome::PlacementEnded),
    ("rydberg-lovisa", Outcome::OutsideTheCity),
    ("hagman-annika", Outcome::OutsideTheCity),
    ("engman-birgitta", Outcome::ChildCameOfAge),
    ("sund-tindra", Outcome::UnderAge),
];

#[tokio::test]
async fn everybody_in_the_town_comes_to_their_outcome() {
    let stage = Stage::open().await;
    let mut expected: BTreeMap<&str, Outcome> = OTHERS.iter().copied().collect();
    expected.extend(NEUTRAL.iter().map(|person| (*person, Outcome::TurnToTheSchool)));
    expected.extend(ELIGIBLE.iter().map(|person| (*person, Outcome::Eligible)));
    for (person, outcome) in expected {
        let mut browser = stage.browser();
        assert!(matches!(browser.sign_in(person).await, Next::Step(_)), "{person}");
        assert_eq!(browser.outcome().await, outcome, "{person}");
    }
}

#[tokio::test]
async fn every_neutral_answer_takes_the_same_calls_and_shows_nothing() {
    let stage = Stage::open().await;
    for person in NEUTRAL.iter().chain(&["lindqvist-sara"]) {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        let before = stage.asked(System::Population, "/hamta");
        browser.outcome().await;
        assert_eq!(stage.asked(System::Population, "/hamta") - before, 2, "{person}");
        let visit = browser.visit().await;
        let units = visit.applicant().unwrap().units_to_call().await.unwrap();
        assert_eq!(units.is_empty(), *person != "lindqvist-sara", "{person}");
    }
}

#[tokio::test]
async fn who_is_not_eligible_reaches_no_step_of_the_application() {
    let stage = Stage::open().await;
    for person in ["ek-maria", "wiklund-marcus", "sund-tindra", "bengtsson-mats"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        let visit = browser.visit().await;
        let applicant = visit.applicant().unwrap();
        let refused = |result: Result<(), Error>| {
            assert!(matches!(result, Err(Error::Refused(Refusal::StepNotReached))), "{person}");
        };
        refused(applicant.application().await.map(drop));
        refused(applicant.confirm_children().await);
        refused(browser.give_email("someone@example.se").await);
        refused(applicant.resend_code().await);
        refused(applicant.complete("2026-1").await.map(drop));
    }
    assert!(stage.accounts().await.is_empty());
    assert!(stage.town.mail().is_empty());
}

#[tokio::test]
async fn with_one_protected_child_only_the_others_are_listed() {
    let stage = Stage::open().await;
    stage.amend("lindqvist-hugo", json!({ "protection": "secrecy-mark" })).await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    assert_eq!(browser.outcome().await, Outcome::Eligible);
    let visit = browser.visit().await;
    let children = visit.applicant().unwrap().children().await.unwrap();
    let names: Vec<_> = children.iter().map(|child| child.given.as_str()).collect();
    assert_eq!(names, ["Elsa"]);
    // Nor does the log say that the hidden one was looked at.
    assert_eq!(stage.audited(Deed::SawChild).await.len(), 1);
}

#[tokio::test]
async fn an_existing_account_is_entered_and_never_made_twice() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "sara@example.se").await;
    let mut again = stage.browser();
    assert_eq!(again.sign_in("lindqvist-sara").await, Next::Children);
    assert!(matches!(again.visit().await.who(), Who::Guardian { .. }));
    assert_eq!(stage.accounts().await.len(), 1);
}

#[tokio::test]
async fn an_account_follows_its_holder_to_a_new_number_and_a_bar_does_too() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "sara@example.se").await;
    let (old, new) = ("198806142389", "198501012382");
    stage.amend("lindqvist-sara", json!({ "number": new })).await;
    let former = json!({
        "id": "sara-old", "number": old, "given": "Sara", "family": "Lindqvist", "bankid": false,
        "address": { "street": "Gatan 1", "postcode": "41101", "city": "Göteborg" },
        "deregistration": { "reason": "GN", "date": "2026-11-20" }, "refers_to": new,
    });
    let mut world = stage.town.census().world().clone();
    world.persons.push(serde_json::from_value(former).unwrap());
    stage.town.replace(world).unwrap();
    stage.portal.sync_registers(true).await.unwrap();

    let mut renewed = stage.browser();
    assert!(matches!(renewed.sign_in("lindqvist-sara").await, Next::Step(_)));
    assert_eq!(renewed.outcome().await, Outcome::AccountExists);
    assert_eq!(stage.accounts().await.len(), 1);
    assert_eq!(renewed.sign_in("lindqvist-sara").await, Next::Children);
    assert_eq!(renewed.children().await.unwrap(), ["Elsa", "Hugo"]);
}

#[tokio::test]
async fn a_closed_account_is_told_as_closed() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "sara@example.se").await;
    let id = stage.accounts().await[0].id.parse().unwrap();
    stage.portal.close_account(id, "asked").await.unwrap();
    assert_eq!(browser.visit().await.who(), Who::Stranger, "its sessions are over");
    let mut again = stage.browser();
    assert!(matches!(again.sign_in("lindqvist-sara").await, Next::Step(_)));
    assert_eq!(again.outcome().await, Outcome::AccountClosed);
    assert!(stage.live_links().await.is_empty());
    let summary = stage.portal.show_account(id).await.unwrap();
    assert_eq!((summary.children, summary.sessions, summary.close_reason.as_deref()), (0, 0, Some("asked")));
}

#[tokio::test]
async fn who_is_barred_gets_the_neutral_answer_with_and_without_an_account() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "sara@example.se").await;
    for number in ["198806142389", "198411192381"] {
        let subject = stage.portal.keys().index_number(&model::PersonId::parse(number).unwrap());
        let bar = store::entity::bar::ActiveModel {
            id: sea_orm::ActiveValue::Set(uuid::Uuid::new_v4().to_string()),
            subject: sea_orm::ActiveValue::Set(subject),
            pupil_id: sea_orm::ActiveValue::Set(None),
            reason: sea_orm::ActiveValue::Set("decision".into()),
            since: sea_orm::ActiveValue::Set(stage.now().as_millisecond()),
            until: sea_orm::ActiveValue::Set(None),
            made_by: sea_orm::ActiveValue::Set("school".into()),
        };
        use sea_orm::EntityTrait;
        store::entity::bar::Entity::insert(bar).exec_without_returning(stage.store.writer()).await.unwrap();
    }
    assert!(matches!(browser.children().await, Err(Error::SignIn(_))), "the open session is shut as well");
    assert_eq!(browser.visit().await.who(), Who::Stranger);
    for person in ["lindqvist-sara", "bergstrom-karin"] {
        let mut browser = stage.browser();
        assert!(matches!(browser.sign_in(person).await, Next::Step(_)), "{person}");
        assert_eq!(browser.outcome().await, Outcome::TurnToTheSchool, "{person}");
    }
}

#[tokio::test]
async fn a_disagreement_and_a_protected_child_become_cases_once() {
    use sea_orm::EntityTrait;
    let stage = Stage::open().await;
    for person in ["dahl-pontus", "dahl-pontus", "moberg-anders"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        browser.outcome().await;
    }
    let cases = || async { store::entity::case_::Entity::find().all(stage.store.reader()).await.unwrap() };
    stage.until("three cases", || async { cases().await.len() == 3 }).await;
    let mut kinds: Vec<String> = cases().await.into_iter().map(|case| case.kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["protected-child", "protected-child", "registers-disagree"]);
    assert!(cases().await.iter().all(|case| case.unit_id.is_some()));
}

#[tokio::test]
async fn a_mark_on_an_adult_by_either_register_does_not_lift_by_itself() {
    let marked = json!({ "protection": "secrecy-mark" });
    for (marked, lifted) in [
        (marked.clone(), json!({ "protection": "none" })),
        (json!({ "pupil_register": marked }), json!({ "pupil_register": { "protection": "none" } })),
    ] {
        let stage = Stage::open().await;
        let outcome = || async {
            stage.portal.sync_registers(false).await.unwrap();
            let mut browser = stage.browser();
            browser.sign_in("lindqvist-sara").await;
            browser.outcome().await
        };
        assert_eq!(outcome().await, Outcome::Eligible);
        stage.amend("lindqvist-sara", marked.clone()).await;
        stage.advance(16 * 60);
        assert_eq!(outcome().await, Outcome::TurnToTheSchool, "{marked}");
        stage.amend("lindqvist-sara", lifted).await;
        stage.advance(16 * 60);
        assert_eq!(outcome().await, Outcome::TurnToTheSchool, "{marked}");
        stage.advance(32 * 24 * 3600);
        stage.portal.erase_old().await.unwrap();
        assert_eq!(outcome().await, Outcome::TurnToTheSchool, "{marked}: nothing is left of it but the mark");
    }
}
