//! One child, several rows: the pupil register gives a child another id, or lists it twice.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use store::entity::{bar, enrolment, pupil, responsible};
use uuid::Uuid;

use model::{Outcome, PersonId};
use portal::audit::Deed;

use crate::stage::{Browser, Stage};

const ALVA: &str = "201802072387";
const KARIN: &str = "198411192381";

async fn karin(stage: &Stage) -> Browser<'_> {
    let mut browser = stage.browser();
    browser.open_account("bergstrom-karin", "karin@example.se").await;
    browser
}

/// The pupil register lists a child under another id from now on.
async fn renames(stage: &Stage, person: &str) {
    let world = serde_json::to_string(stage.town.census().world()).unwrap();
    let world = world.replace(&format!("\"{person}\""), &format!("\"{person}-anew\""));
    stage.town.replace(serde_json::from_str(&world).unwrap()).unwrap();
    stage.portal.sync_registers(true).await.unwrap();
    stage.advance(16 * 60);
}

async fn rows_of(stage: &Stage, number: &str) -> Vec<pupil::Model> {
    let index = stage.portal.keys().index_number(&PersonId::parse(number).unwrap());
    pupil::Entity::find().filter(pupil::Column::Subject.eq(index)).all(stage.store.reader()).await.unwrap()
}

/// The pupil register lists a child a second time, under this id of ours, and names the same guardians there.
async fn lists_twice(stage: &Stage, number: &str, id: Uuid) {
    let (on, id) = (stage.store.writer(), id.to_string());
    let first = rows_of(stage, number).await.remove(0);
    let seal =
        |column: &str, text: &str| stage.portal.keys().seal("pupil", column, &id, text.as_bytes()).unwrap();
    let twin = pupil::ActiveModel {
        id: Set(id.clone()),
        register_id: Set(format!("twin-{id}")),
        number: Set(Some(seal("number", number))),
        given: Set(seal("given", "Alva")),
        family: Set(seal("family", "Bergström")),
        username: Set(None),
        email: Set(None),
        ..first.clone().into_active_model().reset_all()
    };
    pupil::Entity::insert(twin).exec_without_returning(on).await.unwrap();
    let places =
        enrolment::Entity::find().filter(enrolment::Column::PupilId.eq(&first.id)).all(on).await.unwrap();
    for place in places {
        let mut place = place.into_active_model().reset_all();
        (place.id, place.pupil_id) = (Set(Uuid::new_v4().to_string()), Set(id.clone()));
        enrolment::Entity::insert(place).exec_without_returning(on).await.unwrap();
    }
    let named =
        responsible::Entity::find().filter(responsible::Column::PupilId.eq(&first.id)).all(on).await.unwrap();
    for relation in named {
        let mut relation = relation.into_active_model().reset_all();
        (relation.id, relation.pupil_id) = (Set(Uuid::new_v4().to_string()), Set(id.clone()));
        responsible::Entity::insert(relation).exec_without_returning(on).await.unwrap();
    }
}

async fn bars_karin_from(stage: &Stage, child: &str) {
    let bar = bar::ActiveModel {
        id: Set(Uuid::new_v4().to_string()),
        subject: Set(stage.portal.keys().index_number(&PersonId::parse(KARIN).unwrap())),
        pupil_id: Set(Some(child.to_owned())),
        reason: Set("decision".into()),
        since: Set(stage.now().as_millisecond()),
        until: Set(None),
        made_by: Set("school".into()),
    };
    bar::Entity::insert(bar).exec_without_returning(stage.store.writer()).await.unwrap();
}

#[tokio::test]
async fn a_bar_holds_when_the_register_gives_the_child_another_id() {
    for has_account in [true, false] {
        let stage = Stage::open().await;
        let mut browser = if has_account { karin(&stage).await } else { stage.browser() };
        let alva = rows_of(&stage, ALVA).await.remove(0).id;
        bars_karin_from(&stage, &alva).await;
        renames(&stage, "bergstrom-alva").await;
        assert_eq!(rows_of(&stage, ALVA).await.len(), 2);
        browser.sign_in("bergstrom-karin").await;
        if has_account {
            assert!(browser.children().await.unwrap().is_empty());
        } else {
            assert_eq!(browser.outcome().await, Outcome::TurnToTheSchool);
        }
        assert!(stage.live_links().await.is_empty());
    }
}

#[tokio::test]
async fn a_bar_on_either_of_two_rows_holds_for_the_child() {
    for barred in 0..2 {
        let stage = Stage::open().await;
        lists_twice(&stage, ALVA, Uuid::new_v4()).await;
        let rows = rows_of(&stage, ALVA).await;
        bars_karin_from(&stage, &rows[barred].id).await;
        let mut browser = stage.browser();
        browser.sign_in("bergstrom-karin").await;
        assert_eq!(browser.outcome().await, Outcome::TurnToTheSchool);
    }
}

#[tokio::test]
async fn a_link_stays_one_whichever_row_stands_for_the_child() {
    for id in [Uuid::nil(), Uuid::max()] {
        let stage = Stage::open().await;
        let browser = karin(&stage).await;
        lists_twice(&stage, ALVA, id).await;
        stage.advance(16 * 60);
        assert_eq!(browser.children().await.unwrap(), ["Alva"]);
        assert_eq!(stage.live_links().await.len(), 1);
        assert!(stage.audited(Deed::UnlinkedChild).await.is_empty());
    }
}

#[tokio::test]
async fn a_row_that_is_gone_does_not_take_its_guardian_from_the_one_that_stands() {
    let stage = Stage::open().await;
    let browser = karin(&stage).await;
    renames(&stage, "bergstrom-alva").await;
    assert_eq!(browser.children().await.unwrap(), ["Alva"]);
    assert_eq!(stage.live_links().await.len(), 1);
}

#[tokio::test]
async fn a_child_that_was_protected_once_is_not_linked_again_under_another_id() {
    let stage = Stage::open().await;
    let browser = karin(&stage).await;
    stage.amend("bergstrom-alva", serde_json::json!({ "protection": "secrecy-mark" })).await;
    stage.portal.sync_registers(false).await.unwrap();
    stage.advance(16 * 60);
    assert!(browser.children().await.unwrap().is_empty());
    stage.amend("bergstrom-alva", serde_json::json!({ "protection": "none" })).await;
    renames(&stage, "bergstrom-alva").await;
    assert!(browser.children().await.unwrap().is_empty());
    let marks = rows_of(&stage, ALVA).await.into_iter().map(|row| row.protection);
    assert_eq!(marks.collect::<Vec<_>>(), ["secrecy-mark"; 2], "the mark is the child's, not the row's");
}
