//! Time and attendance: against the town, and word for word.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulators::{Scripted, System, Town, answer, register_id};
use ss12000::{
    Absence, AbsenceType, At, Attendance, AttendanceEvent, CalendarEvent, Client, Code, Error, Passage,
    Settings,
};
use tempfile::TempDir;
use uuid::Uuid;

const LESSON: [&str; 2] = ["2026-11-24T08:10:00+01:00", "2026-11-24T09:00:00+01:00"];

struct House {
    town: Town,
    client: Client,
    _folder: TempDir,
}

/// A class with a lesson and a pupil, and a preschool with a child.
fn world() -> Value {
    json!({
        "now": "2026-11-24T07:00:00+01:00",
        "units": [
            { "code": "12345678", "name": "Exempelskolan", "kind": "compulsory", "municipality": "1480" },
            { "code": "87654321", "name": "Solstrålen", "kind": "preschool", "municipality": "1480" }
        ],
        "groups": [
            { "id": "g1", "unit": "12345678", "name": "3B", "kind": "class" },
            { "id": "g2", "unit": "87654321", "name": "Blåsippan", "kind": "section" }
        ],
        "lessons": [{ "id": "l1", "group": "g1", "subject": "Matematik", "start": LESSON[0], "end": LESSON[1] }],
        "persons": [
            { "id": "pupil", "number": "201501012395", "given": "Alma", "family": "Lind",
              "enrolments": [{ "unit": "12345678", "group": "g1", "from": "2026-08-17", "to": null }] },
            { "id": "child", "number": "202101012397", "given": "Bo", "family": "Lind",
              "enrolments": [{ "unit": "87654321", "group": "g2", "from": "2024-01-08", "to": null }] }
        ]
    })
}

impl House {
    async fn open() -> Self {
        let (town, folder) = Town::of(world()).await.unwrap();
        let endpoint = format!("{}/v2.0/", town.url(System::Pupil));
        let settings = Settings::new(endpoint, town.files().ca(), town.files().tokens(), "pupil");
        Self { town, client: Client::new(&settings).unwrap(), _folder: folder }
    }

    async fn control(&self, call: &str, body: Value) {
        let url = format!("{}/control/{call}", self.town.control());
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn mark(&self, kind: &str, withdrawn: bool) {
        let mark = json!({ "child": "pupil", "kind": kind, "start": LESSON[0], "end": LESSON[1], "withdrawn": withdrawn });
        self.control("absences", mark).await;
    }
}

#[tokio::test]
async fn an_attendance_is_read_with_its_lesson_and_what_became_of_it_since() {
    let house = House::open().await;
    house.mark("unreported", false).await;
    let read = async |at| -> Vec<Attendance> {
        let pages: Vec<_> = house.client.pages::<Attendance>(at).try_collect().await.unwrap();
        pages.into_iter().flat_map(|page| page.rows).collect()
    };
    let rows = read(At::Start).await;
    let row = &rows[0];
    assert_eq!((rows.len(), row.reported, row.invalid_minutes, row.present_minutes), (1, true, 50, 0));
    assert_eq!(row.student, register_id("person", "pupil"));
    let lessons = house.client.look_up::<CalendarEvent>(&[row.lesson, Uuid::from_u128(1)]).await.unwrap();
    assert_eq!((lessons.len(), lessons[0].subject.as_deref()), (1, Some("Matematik")));
    assert_eq!(lessons[0].start, LESSON[0].parse::<Timestamp>().unwrap());
    assert_eq!(lessons[0].organisation, Some(register_id("unit", "12345678")));
    assert!(!format!("{row:?}").contains(&row.student.to_string()));

    let mark = At::ChangedAfter(row.modified.unwrap());
    assert!(read(mark.clone()).await.is_empty());
    house.town.clock().advance(SignedDuration::from_mins(10));
    house.mark("unreported", true).await;
    let changed = read(mark).await;
    assert_eq!((changed[0].id, changed[0].invalid_minutes, changed[0].present_minutes), (row.id, 0, 50));
}

#[tokio::test]
async fn a_reported_absence_is_read_until_it_is_among_the_deleted() {
    let house = House::open().await;
    let before = house.town.clock().now();
    house.town.clock().advance(SignedDuration::from_secs(1));
    house.mark("reported", false).await;
    let rows = house.client.page::<Absence>(&At::Start).await.unwrap().rows;
    assert_eq!((rows.len(), &rows[0].kind), (1, &AbsenceType::Reported));
    assert_eq!(rows[0].end.duration_since(rows[0].start), SignedDuration::from_mins(50));
    assert!(house.client.deleted(before).await.unwrap().absences.is_empty());
    house.mark("reported", true).await;
    assert_eq!(house.client.deleted(before).await.unwrap().absences, [rows[0].id]);
    assert!(house.client.page::<Absence>(&At::Start).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_child_comes_and_goes() {
    let house = House::open().await;
    house.control("presence", json!({ "child": "child", "start": LESSON[0], "end": LESSON[1] })).await;
    let rows = house.client.page::<AttendanceEvent>(&At::Start).await.unwrap().rows;
    let passages: Vec<_> = rows.iter().map(|row| row.passage.clone()).collect();
    assert_eq!(passages, [Passage::In, Passage::Out]);
    assert_eq!(rows[0].person, register_id("person", "child"));
}

#[tokio::test]
async fn a_subscription_is_made_found_and_renewed() {
    let house = House::open().await;
    let target = "http://127.0.0.1:9/krok/narvaro/secret";
    let made = house.client.subscribe("hjarntorget", target, &["Attendance", "Absence"]).await.unwrap();
    let all = house.client.subscriptions().await.unwrap();
    assert_eq!(
        (all.len(), all[0].id, all[0].calls(target), all[0].calls("http://x/")),
        (1, made.id, true, false)
    );
    house.town.clock().advance(SignedDuration::from_hours(24));
    let renewed = house.client.renew(made.id).await.unwrap();
    assert!(renewed.expires > made.expires);
    let gone = house.client.renew(Uuid::from_u128(1)).await.unwrap_err();
    assert_eq!(gone, Error::Said(Code::Status(404, None)));
}

fn client(server: &Scripted) -> Client {
    let tokens = server.file("tokens.json", r#"{"pupil":"tok-1"}"#);
    Client::new(&Settings::new(server.url("/v2"), server.path("ca.pem"), tokens, "pupil")).unwrap()
}

#[tokio::test]
async fn a_lookup_that_is_too_large_is_halved_and_one_that_is_not_offered_is_asked_row_by_row() {
    let row = |id: u128| {
        json!({ "id": Uuid::from_u128(id), "activity": { "id": Uuid::nil() },
                "startTime": LESSON[0], "endTime": LESSON[1] })
    };
    let [first, second] = [row(1), row(2)];
    let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let busy = || answer(503, "Retry-After: 60\r\n", "");
    let halves = vec![
        busy(),
        answer(200, "", &json!([first]).to_string()),
        answer(200, "", &json!([second]).to_string()),
    ];
    let server = Scripted::start(halves).await;
    let found: Vec<CalendarEvent> = client(&server).look_up(&ids).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert!(server.heard()[0].starts_with("POST /v2/calendarEvents/lookup?expand=activity HTTP/1.1\r\n"));

    let alone = vec![answer(404, "", ""), answer(200, "", &first.to_string()), answer(404, "", "")];
    let server = Scripted::start(alone).await;
    let found: Vec<CalendarEvent> = client(&server).look_up(&ids).await.unwrap();
    assert_eq!(found.len(), 1);
    let line = format!("GET /v2/calendarEvents/{}?expand=activity HTTP/1.1\r\n", ids[0]);
    assert!(server.heard()[1].starts_with(&line), "{}", server.heard()[1]);
}

#[tokio::test]
async fn what_is_deleted_is_read_to_its_last_page_in_either_spelling_and_a_list_without_end_is_a_fault() {
    let id = Uuid::from_u128(7);
    let pages = [
        json!({ "data": { "attendances": [id], "activitites": [id] }, "pageToken": "next" }),
        json!({ "data": { "attendanceEvents": [id], "absences": [], "activities": [id] }, "pageToken": null }),
    ];
    let server = Scripted::start(pages.map(|page| answer(200, "", &page.to_string())).to_vec()).await;
    let moment: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
    let deleted = client(&server).deleted(moment).await.unwrap();
    assert_eq!((deleted.attendances, deleted.events, deleted.absences), (vec![id], vec![id], vec![]));
    assert!(
        server.heard()[0].starts_with("GET /v2/deletedEntities?after=2026-11-24T06%3A00%3A00Z HTTP/1.1\r\n")
    );
    assert!(server.heard()[1].starts_with("GET /v2/deletedEntities?pageToken=next HTTP/1.1\r\n"));
    let endless = json!({ "data": {}, "pageToken": "again" }).to_string();
    let server = Scripted::start(vec![answer(200, "", &endless)]).await;
    assert_eq!(client(&server).deleted(moment).await.unwrap_err(), Error::Garbled("a list without an end"));
}
