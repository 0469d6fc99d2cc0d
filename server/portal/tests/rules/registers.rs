//! The import of the pupil register, its brake, and the public list of schools.

use portal::{Error, System as Outside};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use simulators::System;
use store::entity::{pupil, responsible, unit};

use crate::stage::Stage;

#[tokio::test]
async fn the_whole_register_is_read_whatever_the_size_of_its_pages() {
    let stage = Stage::unread(None, |_| {}).await;
    stage.town.page_pupils_by(3);
    let small = stage.portal.sync_registers(false).await.unwrap();
    stage.town.page_pupils_by(500);
    let large = stage.portal.sync_registers(false).await.unwrap();
    assert_eq!((small.pupils, small.relations, small.units), (large.pupils, large.relations, large.units));
    assert_eq!(large.changed, 0, "the second reading changes nothing");
    assert!(small.pupils > 80 && small.relations > 100 && small.units > 10);
}

#[tokio::test]
async fn an_import_gives_nobody_an_account_or_a_link() {
    let stage = Stage::open().await;
    assert!(stage.accounts().await.is_empty());
    assert!(stage.live_links().await.is_empty());
    assert!(stage.town.mail().is_empty());
}

#[tokio::test]
async fn a_shrinking_source_stops_the_import_and_yesterday_stands() {
    let stage = Stage::open().await;
    let before = pupil::Entity::find().count(stage.store.reader()).await.unwrap();
    let mut world = stage.town.census().world().clone();
    let kept: Vec<_> = world.persons.iter().take(60).map(|person| person.id.clone()).collect();
    world.persons.retain(|person| kept.contains(&person.id));
    for person in &mut world.persons {
        person.guardian_of.retain(|custody| kept.contains(&custody.child));
        person.parent_of.retain(|child| kept.contains(child));
    }
    stage.town.replace(world).unwrap();
    let report = stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(report.braked, Some("source-shrank"));
    let gone = pupil::Entity::find().all(stage.store.reader()).await.unwrap();
    assert_eq!(gone.len() as u64, before);
    assert!(gone.iter().all(|pupil| pupil.gone_at.is_none()));
    assert_eq!(stage.audited(portal::audit::Deed::BrakedRegister).await.len(), 1);

    let accepted = stage.portal.sync_registers(true).await.unwrap();
    assert_eq!(accepted.braked, None);
    let rows = pupil::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(rows.iter().any(|pupil| pupil.gone_at.is_some()));
}

#[tokio::test]
async fn too_many_changed_relations_stop_the_import() {
    let stage = Stage::open().await;
    let census = stage.town.census();
    let guardians: Vec<_> = census
        .persons
        .iter()
        .filter(|person| !person.guardian_of.is_empty())
        .take(8)
        .map(|p| p.id.clone())
        .collect();
    for guardian in &guardians {
        stage.amend(guardian, json!({ "pupil_register": { "guardian_of": [] } })).await;
    }
    assert_eq!(stage.portal.sync_registers(false).await.unwrap().braked, Some("relations-changed"));
    let live = responsible::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(live.iter().all(|relation| relation.gone_at.is_none()));
}

#[tokio::test]
async fn what_changed_is_never_more_than_the_whole() {
    let wide = |rules: &mut portal::Rules| {
        rules.brake = portal::Brake {
            shrink_percent: 100.0,
            relations_percent: 100.0,
            marks_percent: 100.0,
            persons: 100_000,
            always_allowed: 0,
        };
    };
    let stage = Stage::with(None, wide).await;
    let shipped = stage.town.census().world().clone();
    let mut other = shipped.clone();
    other.persons.retain(|person| person.guardian_of.is_empty() && person.parent_of.is_empty());
    other.persons.truncate(1);
    stage.town.replace(other).unwrap();
    assert_eq!(stage.portal.sync_registers(false).await.unwrap().braked, None, "nearly all are gone");
    stage.town.replace(shipped).unwrap();
    assert_eq!(stage.portal.sync_registers(false).await.unwrap().braked, None, "and are back");
}

#[tokio::test]
async fn a_mark_in_the_copy_is_raised_by_an_import_and_never_lowered() {
    let stage = Stage::open().await;
    let mark = || async {
        let rows = pupil::Entity::find().all(stage.store.reader()).await.unwrap();
        let index = stage.portal.keys().index_number(&model::PersonId::parse("201802072387").unwrap());
        rows.into_iter().find(|row| row.subject.as_ref() == Some(&index)).unwrap().protection
    };
    assert_eq!(mark().await, "none");
    stage.amend("bergstrom-alva", json!({ "pupil_register": { "protection": "secrecy-mark" } })).await;
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(mark().await, "secrecy-mark");
    stage.amend("bergstrom-alva", json!({ "pupil_register": { "protection": "none" } })).await;
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(mark().await, "secrecy-mark");
}

#[tokio::test]
async fn a_register_on_a_bad_day_leaves_the_copy_alone() {
    let stage = Stage::open().await;
    let before = pupil::Entity::find().count(stage.store.reader()).await.unwrap();
    for fault in ["down", "status:500", "garbage", "truncate", "wrong-certificate"] {
        stage.fault(System::Pupil, fault);
        let read = stage.portal.sync_registers(false).await;
        assert!(matches!(read, Err(Error::Unavailable(Outside::PupilRegister))), "{fault}");
    }
    stage.fault(System::Pupil, "none");
    // In the middle of the reading.
    stage.town.page_pupils_by(20);
    stage.fault_at(System::Pupil, "status:500", "persons", 50);
    assert!(stage.portal.sync_registers(false).await.is_err());
    stage.fault(System::Pupil, "none");
    assert_eq!(pupil::Entity::find().count(stage.store.reader()).await.unwrap(), before);
    assert_eq!(stage.portal.sync_registers(false).await.unwrap().changed, 0);
}

#[tokio::test]
async fn before_the_first_reading_nobody_is_eligible_and_everybody_is_told_that_a_register_is_down() {
    let stage = Stage::unread(None, |_| {}).await;
    for person in ["lindqvist-sara", "ek-maria", "bengtsson-mats"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        assert_eq!(browser.outcome().await, model::Outcome::RegisterDown, "{person}");
    }
}

#[tokio::test]
async fn a_copy_that_is_too_old_makes_no_new_account() {
    let stage = Stage::open().await;
    stage.advance(49 * 3600);
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    assert_eq!(browser.outcome().await, model::Outcome::RegisterDown);
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(browser.outcome().await, model::Outcome::Eligible);
}

#[tokio::test]
async fn schools_are_found_by_words_in_any_case_and_nothing_of_a_pupil_is_in_the_list() {
    let stage = Stage::open().await;
    let all = stage.portal.schools("").await.unwrap();
    let units = unit::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(!all.is_empty() && all.len() <= units.len());
    let first = &all[0].contact.name;
    let found = stage.portal.schools(&first.to_uppercase()).await.unwrap();
    assert!(found.iter().any(|school| &school.contact.name == first));
    for query in ["finns inte", "%", "_", "'; --", "\u{0}", &"a".repeat(10_000)] {
        assert!(stage.portal.schools(query).await.unwrap().is_empty(), "{query:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_person_can_be_read_in_the_files_of_the_database() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "canary.sara@example.se").await;
    browser.children().await.unwrap();
    let visit = browser.visit().await;
    visit.guardian().unwrap().personal().await.unwrap();
    stage.letter("canary.sara@example.se", 1).await;
    let bytes = stage.database_bytes();
    let census = stage.town.census();
    let digits = runs_of_digits(&bytes);
    for person in &census.persons {
        if let Some(number) = &person.number {
            let dashed = format!("{}-{}", &number[..8], &number[8..]);
            for form in [number.as_str(), &number[2..], dashed.as_str()] {
                assert!(!digits.iter().any(|run| run.contains(form)), "a number lies open");
            }
        }
    }
    for word in ["canary.sara", "lindqvist-sara"] {
        assert!(!holds(&bytes, word), "{word} lies open");
    }
}

/// Whatever could be a number: runs of digits and dashes.
fn runs_of_digits(bytes: &[u8]) -> Vec<String> {
    let runs = bytes.split(|byte| !byte.is_ascii_digit() && *byte != b'-');
    runs.filter(|run| run.len() >= 10).map(|run| String::from_utf8_lossy(run).into_owned()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Everything that is logged in the course of this value's life, on this thread.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_of_a_person_is_logged_on_good_days_or_bad() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("debug,simulators=off")
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "canary.sara@example.se").await;
    browser.children().await.unwrap();
    let visit = browser.visit().await;
    visit.guardian().unwrap().personal().await.unwrap();
    let mut refused = stage.browser();
    refused.sign_in("ek-maria").await;
    refused.outcome().await;
    for system in [System::Population, System::Pupil, System::Bankid, System::Smtp] {
        for fault in ["status:500", "garbage", "down"] {
            stage.fault(system, fault);
            stage.advance(16 * 60);
            let mut browser = stage.browser();
            let visit = browser.visit().await;
            let _ = visit.start_identification(model::Purpose::SignIn, model::Device::Other, true).await;
            let _ = stage.portal.sync_registers(false).await;
            if !matches!(system, System::Bankid) {
                browser.sign_in("bergstrom-karin").await;
                let _ = browser.visit().await.applicant().unwrap().outcome().await;
            }
        }
        stage.fault(system, "none");
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("identification"), "something is logged");
    for word in ["canary", "Lindqvist", "19880614", "880614", "Bergström", "19841119", "19870705", "Ek "] {
        assert!(!logged.contains(word), "{word} in the log");
    }
}
