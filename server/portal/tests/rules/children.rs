//! Mina barn and Personuppgifter: what a guardian sees, and when not any more.

use model::{ChildToday, Source};
use portal::{Error, Who, audit::Deed};
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;

use crate::stage::{Browser, Stage};

const QUARTER: u64 = 16 * 60;

async fn guardian<'s>(stage: &'s Stage, person: &str) -> Browser<'s> {
    let mut browser = stage.browser();
    browser.open_account(person, &format!("{person}@example.se")).await;
    browser
}

#[tokio::test]
async fn a_guardian_sees_their_own_children_with_school_and_class_and_every_look_is_logged() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    let visit = browser.visit().await;
    let cards = visit.guardian().unwrap().children().await.unwrap();
    assert_eq!(cards.len(), 2);
    for card in &cards {
        let unit = card.unit.as_ref().unwrap();
        assert!(!unit.name.is_empty() && unit.phone.is_some());
        assert!(card.group.is_some());
        assert_eq!(card.today, ChildToday::Enrolled);
    }
    assert_ne!(cards[0].unit, cards[1].unit, "siblings in different schools");
    assert_eq!(stage.audited(Deed::SawChild).await.len(), 2);
    visit.guardian().unwrap().children().await.unwrap();
    let seen = stage.audited(Deed::SawChild).await;
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter().all(|row| row.child.is_some() && row.actor.is_some() && row.actor_kind == "guardian")
    );
}

#[tokio::test]
async fn custody_lost_in_the_middle_of_a_session_closes_the_door() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "bergstrom-karin").await;
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    assert_eq!(browser.children().await.unwrap(), ["Alva"], "the answer is trusted for a quarter of an hour");
    stage.advance(QUARTER);
    assert!(browser.children().await.unwrap().is_empty());
    assert!(
        matches!(browser.visit().await.who(), Who::Guardian { .. }),
        "no reason is given, nobody is thrown out"
    );
    let link = store::entity::child_link::Entity::find().one(stage.store.reader()).await.unwrap().unwrap();
    assert!(link.until.is_some());
    assert_eq!(stage.audited(Deed::UnlinkedChild).await.len(), 1);
}

#[tokio::test]
async fn custody_is_asked_at_once_when_a_register_says_that_the_person_changed() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "bergstrom-karin").await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.distrust("198411192381").await;
    assert!(browser.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn custody_is_asked_at_every_login() {
    let stage = Stage::open().await;
    guardian(&stage, "bergstrom-karin").await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    let mut again = stage.browser();
    again.sign_in("bergstrom-karin").await;
    assert!(again.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn custody_added_later_appears_by_itself() {
    let stage = Stage::open().await;
    stage
        .amend(
            "lindqvist-sara",
            json!({ "guardian_of": [{ "child": "lindqvist-hugo", "from": "2013-03-19", "to": null }] }),
        )
        .await;
    stage.portal.sync_registers(true).await.unwrap();
    let browser = guardian(&stage, "lindqvist-sara").await;
    assert_eq!(browser.children().await.unwrap(), ["Hugo"]);
    let both = json!([
        { "child": "lindqvist-hugo", "from": "2013-03-19", "to": null },
        { "child": "lindqvist-elsa", "from": "2017-07-22", "to": null },
    ]);
    stage.amend("lindqvist-sara", json!({ "guardian_of": both })).await;
    stage.portal.sync_registers(true).await.unwrap();
    stage.advance(QUARTER);
    assert_eq!(browser.children().await.unwrap(), ["Elsa", "Hugo"]);
}

#[tokio::test]
async fn a_guardian_the_pupil_register_no_longer_names_loses_the_link_with_the_import() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    stage.amend("lindqvist-sara", json!({ "pupil_register": { "guardian_of": ["lindqvist-elsa"] } })).await;
    let report = stage.portal.sync_registers(false).await.unwrap();
    assert_eq!((report.braked, report.links_closed), (None, 1));
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
}

#[tokio::test]
async fn a_protection_mark_hides_the_child_and_does_not_lift_by_itself() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    stage.amend("lindqvist-hugo", json!({ "protection": "protected-registration" })).await;
    stage.advance(QUARTER);
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
    stage.amend("lindqvist-hugo", json!({ "protection": "none" })).await;
    stage.portal.sync_registers(false).await.unwrap();
    stage.advance(QUARTER);
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
}

#[tokio::test]
async fn a_bar_from_one_child_hides_that_child_at_the_next_request() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    let visit = browser.visit().await;
    let hugo =
        visit.guardian().unwrap().children().await.unwrap().into_iter().find(|card| card.given == "Hugo");
    bar_sara(&stage, Some(hugo.unwrap().id)).await;
    assert_eq!(browser.children().await.unwrap(), ["Elsa"]);
}

#[tokio::test]
async fn a_bar_from_everything_closes_every_page_at_the_next_request() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    assert!(browser.visit().await.guardian().unwrap().personal().await.is_ok());
    bar_sara(&stage, None).await;
    // No page is the first that must be opened for the others to close.
    let visit = browser.visit().await;
    assert!(matches!(visit.guardian().unwrap().personal().await.err(), Some(Error::TurnToTheSchool)));
    assert!(matches!(visit.guardian().unwrap().receipt().await.err(), Some(Error::TurnToTheSchool)));
    assert!(matches!(browser.children().await, Err(Error::SignIn(_))), "and the session is over");
}

/// A human bars lindqvist-sara from one child, or from everything.
async fn bar_sara(stage: &Stage, child: Option<model::ChildId>) {
    use sea_orm::ActiveValue::Set;
    let bar = store::entity::bar::ActiveModel {
        id: Set(uuid::Uuid::new_v4().to_string()),
        subject: Set(stage.portal.keys().index_number(&model::PersonId::parse("198806142389").unwrap())),
        pupil_id: Set(child.map(|child| child.uuid().to_string())),
        reason: Set("decision".into()),
        since: Set(stage.now().as_millisecond()),
        until: Set(None),
        made_by: Set("school".into()),
    };
    store::entity::bar::Entity::insert(bar).exec_without_returning(stage.store.writer()).await.unwrap();
}

#[tokio::test]
async fn a_child_leaves_at_midnight_in_sweden_on_the_18th_birthday() {
    let stage = Stage::open().await;
    let mut browser = guardian(&stage, "warsame-halima").await;
    for (time, seen) in [("2026-11-30T23:59:00+01:00", 1), ("2026-12-01T00:00:01+01:00", 0)] {
        let time: jiff::Timestamp = time.parse().unwrap();
        let seconds = u64::try_from(time.as_second() - stage.now().as_second()).unwrap();
        stage.advance(seconds);
        stage.portal.sync_registers(false).await.unwrap();
        browser.sign_in("warsame-halima").await;
        assert_eq!(browser.children().await.unwrap().len(), seen, "{time}");
    }
}

#[tokio::test]
async fn a_guardian_who_died_is_shut_out_and_the_other_one_sees_nothing_odd() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    stage
        .amend("bergstrom-karin", json!({ "deregistration": { "reason": "AV", "date": "2026-11-24" } }))
        .await;
    stage.advance(QUARTER);
    assert!(matches!(karin.children().await, Err(Error::TurnToTheSchool)));
    assert_eq!(karin.visit().await.who(), Who::Stranger);
    let accounts = stage.accounts().await;
    assert_eq!(accounts.iter().filter(|account| account.state == "closed").count(), 1);
    assert_eq!(mikael.children().await.unwrap(), ["Alva"]);
}

#[tokio::test]
async fn an_identity_that_is_no_longer_one_is_turned_to_the_school_however_often_it_comes_back() {
    for reason in ["OB", "FI", "TA"] {
        let stage = Stage::open().await;
        let mut browser = guardian(&stage, "bergstrom-karin").await;
        let gone = json!({ "deregistration": { "reason": reason, "date": "2026-11-24" } });
        stage.amend("bergstrom-karin", gone).await;
        stage.advance(QUARTER);
        for _ in 0..2 {
            assert!(matches!(browser.children().await, Err(Error::TurnToTheSchool)), "{reason}");
            assert_eq!(browser.visit().await.who(), Who::Stranger, "{reason}");
            browser.sign_in("bergstrom-karin").await;
        }
        let visit = browser.visit().await;
        let personal = visit.guardian().unwrap().personal().await.err();
        assert!(matches!(personal, Some(Error::TurnToTheSchool)), "{reason}");
        assert_eq!(browser.visit().await.who(), Who::Stranger, "{reason}");
        let cases = store::entity::case_::Entity::find().all(stage.store.reader()).await.unwrap();
        assert_eq!(cases.iter().map(|case| case.kind.as_str()).collect::<Vec<_>>(), ["identity-void"]);
        assert!(cases[0].unit_id.is_some() && cases[0].pupil_id.is_some(), "{reason}");
        assert_eq!(stage.live_links().await.len(), 1, "a school decides");
    }
}

#[tokio::test]
async fn a_child_that_died_is_no_longer_shown_and_its_school_is_told() {
    for sync in [false, true] {
        let stage = Stage::open().await;
        let browser = guardian(&stage, "bergstrom-karin").await;
        let died = json!({ "deregistration": { "reason": "AV", "date": "2026-11-24" } });
        stage.amend("bergstrom-alva", died).await;
        if sync {
            // The pupil register says so, and folkbokföringen's answer is still trusted.
            stage.portal.sync_registers(false).await.unwrap();
        } else {
            stage.advance(QUARTER);
        }
        assert!(browser.children().await.unwrap().is_empty());
        let cases = store::entity::case_::Entity::find().all(stage.store.reader()).await.unwrap();
        assert_eq!(cases.iter().map(|case| case.kind.as_str()).collect::<Vec<_>>(), ["deceased-child"]);
        assert!(cases[0].unit_id.is_some());
    }
}

#[tokio::test]
async fn a_child_that_emigrated_can_be_read_about_for_as_long_as_one_whose_place_ended() {
    let stage = Stage::open().await;
    let mut browser = guardian(&stage, "bergstrom-karin").await;
    let gone = json!({ "deregistration": { "reason": "UV", "date": "2026-11-20" } });
    stage.amend("bergstrom-alva", gone).await;
    stage.portal.sync_registers(false).await.unwrap();
    for (days, seen) in [(0, 1), (84, 1), (4, 0)] {
        stage.advance(days * 24 * 3600 + QUARTER);
        stage.portal.sync_registers(false).await.unwrap();
        browser.sign_in("bergstrom-karin").await;
        assert_eq!(browser.children().await.unwrap().len(), seen, "{days} days later");
    }
    let mut applicant = stage.browser();
    applicant.sign_in("bergstrom-mikael").await;
    assert_eq!(applicant.outcome().await, model::Outcome::TurnToTheSchool);
}

#[tokio::test]
async fn custody_of_a_child_that_emigrated_ends_like_any_other() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "bergstrom-karin").await;
    let gone = json!({ "deregistration": { "reason": "UV", "date": "2026-11-20" } });
    stage.amend("bergstrom-alva", gone).await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(QUARTER);
    assert!(browser.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn links_live_a_day_on_last_known_data_while_the_population_register_is_down() {
    let stage = Stage::open().await;
    let mut browser = guardian(&stage, "bergstrom-karin").await;
    stage.fault(System::Population, "status:503");
    stage.advance(QUARTER);
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
    stage.advance(23 * 3600);
    browser.sign_in("bergstrom-karin").await;
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
    stage.advance(3600);
    browser.sign_in("bergstrom-karin").await;
    assert!(matches!(browser.children().await, Err(Error::Unavailable(_))));
    stage.fault(System::Population, "none");
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
}

#[tokio::test]
async fn last_known_data_stand_in_for_a_register_that_is_away_and_not_for_one_that_answers_otherwise() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "bergstrom-karin").await;
    stage.advance(QUARTER);
    for fault in ["down", "status:500", "status:502", "status:503", "status:429", "truncate"] {
        stage.fault(System::Population, fault);
        assert_eq!(browser.children().await.unwrap(), ["Alva"], "{fault}");
    }
    for fault in ["garbage", "status:400", "status:403"] {
        stage.fault(System::Population, fault);
        let seen = browser.children().await;
        assert!(matches!(seen, Err(Error::Unavailable(portal::System::PopulationRegister))), "{fault}");
    }
    stage.fault(System::Population, "none");
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
}

#[tokio::test]
async fn half_a_custody_is_doubted_for_a_day_and_then_becomes_a_case() {
    let stage = Stage::open().await;
    let mut browser = guardian(&stage, "bergstrom-karin").await;
    // The pupil register still names her; folkbokföringen answers that it does not know the child.
    stage.amend("bergstrom-alva", json!({ "number": "201802092385" })).await;
    stage.advance(QUARTER);
    let seen = browser.children().await.unwrap();
    assert_eq!(seen, ["Alva"], "an existing link is not cut by a register at odds with itself");
    stage.advance(24 * 3600);
    browser.sign_in("bergstrom-karin").await;
    assert!(browser.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn two_guardians_of_one_child_learn_nothing_of_each_other() {
    let stage = Stage::open().await;
    let lisa = guardian(&stage, "wester-lisa").await;
    let johan = guardian(&stage, "hall-johan").await;
    for (browser, own, other) in [(&lisa, "wester-lisa", "hall-johan"), (&johan, "hall-johan", "wester-lisa")]
    {
        let visit = browser.visit().await;
        let guardian = visit.guardian().unwrap();
        let cards = serde_json::to_string(&guardian.children().await.unwrap()).unwrap();
        let personal = serde_json::to_string(&guardian.personal().await.unwrap()).unwrap();
        assert!(personal.contains(own));
        let (given, address) = (other.split_once('-').unwrap().1, format!("{other}@example.se"));
        for text in [&cards, &personal] {
            assert!(!text.to_lowercase().contains(given) && !text.contains(&address), "{own} sees {other}");
        }
    }
    // Whether the other one has an account changes nothing in what is seen.
    let visit = lisa.visit().await;
    let with = visit.guardian().unwrap().children().await.unwrap();
    let id = stage.account("hall-johan@example.se").await.id.parse().unwrap();
    stage.portal.close_account(id, "asked").await.unwrap();
    assert!(visit.guardian().unwrap().children().await.unwrap() == with);
}

#[tokio::test]
async fn personal_data_are_told_with_their_sources_and_the_number_is_masked() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    let visit = browser.visit().await;
    let personal = visit.guardian().unwrap().personal().await.unwrap();
    assert_eq!(
        (personal.name.value.as_str(), personal.name.source),
        ("Sara Lindqvist", Source::PopulationRegister)
    );
    assert_eq!(personal.number.value, "19880614-****");
    assert!(personal.address.unwrap().value.contains("Göteborg"));
    assert_eq!(personal.email.unwrap().value, "lindqvist-sara@example.se");
    assert_eq!(personal.account_since.value, "2026-11-24");
    assert_eq!(stage.audited(Deed::SawPersonal).await.len(), 1);

    stage.fault(System::Population, "down");
    stage.advance(25 * 3600);
    let mut again = stage.browser();
    again.sign_in("lindqvist-sara").await;
    let visit = again.visit().await;
    let personal = visit.guardian().unwrap().personal().await.unwrap();
    assert_eq!((personal.name.source, personal.address), (Source::BankId, None));
}

#[tokio::test]
async fn names_of_every_kind_are_kept_as_they_are() {
    let stage = Stage::open().await;
    for person in
        ["langnamn-alexandra", "ettnamn-wati", "garcia-lucia", "obrien-sean", "hostile-robin", "oberg-asa"]
    {
        let browser = guardian(&stage, person).await;
        let census = stage.town.census();
        let of_town = census.person(person).unwrap();
        let children: Vec<String> = {
            let mut names: Vec<String> = of_town
                .guardian_of
                .iter()
                .map(|it| census.person(&it.child).unwrap().given.clone())
                .collect();
            names.sort();
            names
        };
        assert_eq!(browser.children().await.unwrap(), children, "{person}");
    }
}

#[tokio::test]
async fn the_audit_log_is_whole_after_a_working_day() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    browser.children().await.unwrap();
    browser.visit().await.sign_out().await.unwrap();
    portal::audit::seal(&stage.store, stage.portal.keys(), stage.now()).await.unwrap();
    let span = portal::audit::Span::default();
    let report = portal::audit::verify(&stage.store, stage.portal.keys(), span, &[]).await.unwrap();
    assert!(report.whole());
}
