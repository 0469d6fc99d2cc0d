use super::{Reader, ids, person};
use crate::register_id;
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A school morning of 3B and 7C, in which every lesson of the shipped world stands.
const MORNING: [&str; 2] = ["2026-11-24T08:00:00+01:00", "2026-11-24T12:00:00+01:00"];

impl Reader {
    async fn control(&self, method: Method, call: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}/control/{call}", self.town.control());
        let answer = self.client.request(method, url).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Marks an absence; `[start, end]`.
    pub(super) async fn mark(&self, child: &str, kind: &str, times: [&str; 2]) -> Value {
        let mark = json!({ "child": child, "kind": kind, "start": times[0], "end": times[1] });
        let (status, body) = self.control(Method::POST, "absences", mark).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body
    }

    async fn withdraw(&self, child: &str, kind: &str, times: [&str; 2]) -> (StatusCode, Value) {
        let mark =
            json!({ "child": child, "kind": kind, "start": times[0], "end": times[1], "withdrawn": true });
        self.control(Method::POST, "absences", mark).await
    }

    pub(super) async fn switch(&self, to: Value) {
        let (status, body) = self.control(Method::PUT, "pupil", to).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    async fn delete(&self, path: &str) -> StatusCode {
        let url = format!("{}/v2.0/{path}", self.town.url(crate::System::Pupil));
        self.client.delete(url).bearer_auth(&self.token).send().await.unwrap().status()
    }

    async fn invalid(&self, child: &str) -> Vec<i64> {
        let rows = self.list(&format!("attendances?student={}", person(child))).await;
        rows.iter().map(|row| row["invalidAbsenceMinutes"].as_i64().unwrap()).collect()
    }
}

/// The one in 3B, with lessons in the shipped world.
fn pupil(reader: &Reader) -> String {
    let census = reader.town.census();
    let in_class =
        |p: &&crate::world::Person| p.enrolments.iter().any(|e| e.group.as_deref() == Some("kvarnvik-3b"));
    census.persons.iter().find(in_class).unwrap().id.clone()
}

#[tokio::test]
async fn lessons_are_calendar_events_within_bounds_and_subjects_are_activities() {
    let reader = Reader::new().await;
    let day =
        "startTime.onOrAfter=2026-11-24T00:00:00%2B01:00&startTime.onOrBefore=2026-11-24T23:59:59%2B01:00";
    let events = reader.list(&format!("calendarEvents?{day}&sortkey=StartTimeDesc&expand=activity")).await;
    assert_eq!(events.len(), 12, "four lessons of three classes");
    assert!(events.windows(2).all(|two| two[0]["startTime"].as_str() >= two[1]["startTime"].as_str()));
    let elsas = reader
        .list(&format!("calendarEvents?{day}&student={}&sortkey=StartTimeAsc", person(&pupil(&reader))))
        .await;
    assert_eq!(elsas[0]["id"], register_id("lesson", "kvarnvik-3b-24-1").to_string());
    assert_eq!(
        (&elsas[0]["startTime"], &elsas[0]["teachingLengthStudent"]),
        (&json!("2026-11-24T07:10:00Z"), &json!(50))
    );
    let (_, activity) =
        reader.get(&format!("activities/{}", elsas[0]["activity"]["id"].as_str().unwrap())).await;
    assert_eq!(
        (&activity["displayName"], &activity["activityType"]),
        (&json!("Svenska"), &json!("Undervisning"))
    );
    assert_eq!(activity["groups"][0]["id"], register_id("group", "kvarnvik-3b").to_string());
    let unit = register_id("unit", "99020201");
    assert_eq!(reader.list(&format!("activities?organisation={unit}&sortkey=DisplayNameAsc")).await.len(), 4);
    for unbounded in [
        "calendarEvents",
        "calendarEvents?startTime.onOrAfter=2026-11-24T00:00:00Z",
        "calendarEvents?meta.modified.after=2026-11-24T00:00:00Z",
    ] {
        assert_eq!(reader.get(unbounded).await.0, StatusCode::BAD_REQUEST, "{unbounded}");
    }
}

#[tokio::test]
async fn an_unreported_absence_is_an_attendance_for_each_lesson_it_touches() {
    let reader = Reader::new().await;
    let child = pupil(&reader);
    let made =
        reader.mark(&child, "unreported", ["2026-11-24T08:30:00+01:00", "2026-11-24T10:00:00+01:00"]).await;
    assert_eq!(made["resources"].as_array().unwrap().len(), 2);
    let rows = reader.list(&format!("attendances?student={}", person(&child))).await;
    let minutes: Vec<_> = rows
        .iter()
        .map(|r| [&r["attendanceMinutes"], &r["invalidAbsenceMinutes"], &r["validAbsenceMinutes"]])
        .collect();
    assert_eq!(minutes, [[&json!(20), &json!(30), &json!(0)], [&json!(20), &json!(40), &json!(0)]]);
    assert!(rows.iter().all(|row| row["isReported"] == true && row["reportedTimestamp"].is_string()));
    assert_eq!(rows[0]["calendarEvent"]["id"], register_id("lesson", "kvarnvik-3b-24-1").to_string());
    assert_eq!(reader.list("absences").await, [] as [Value; 0]);
    // A second mark adds to the first, and the same again adds nothing.
    reader.mark(&child, "unreported", ["2026-11-24T08:10:00+01:00", "2026-11-24T08:40:00+01:00"]).await;
    reader.mark(&child, "unreported", ["2026-11-24T08:10:00+01:00", "2026-11-24T08:40:00+01:00"]).await;
    assert_eq!(reader.invalid(&child).await, [50, 40]);
    let (_, kept) = reader.control(Method::GET, "absences", json!(null)).await;
    assert_eq!(kept.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_mark_taken_back_leaves_a_row_that_says_the_pupil_was_there() {
    let reader = Reader::new().await;
    let child = pupil(&reader);
    reader.mark(&child, "unreported", MORNING).await;
    assert_eq!(reader.invalid(&child).await, [50, 60, 50]);
    reader.town.clock().advance(SignedDuration::from_mins(10));
    let mark = reader.town.clock().now().to_string();
    reader.town.clock().advance(SignedDuration::from_secs(1));
    let (status, taken) = reader.withdraw(&child, "unreported", MORNING).await;
    assert_eq!((status, &taken["withdrawn"]), (StatusCode::CREATED, &json!(true)));
    let changed = reader.list(&format!("attendances?meta.modified.after={mark}")).await;
    assert_eq!(changed.len(), 3, "a delta read finds them");
    assert!(changed.iter().all(|row| row["invalidAbsenceMinutes"] == 0 && row["attendanceMinutes"] != 0));
    let (status, _) = reader.withdraw(&child, "reported", MORNING).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn time_without_a_lesson_is_a_calendar_event_of_its_own() {
    let reader = Reader::new().await;
    let hugo = "bergstrom-alva";
    reader.mark(hugo, "unreported", MORNING).await;
    let rows = reader.list(&format!("attendances?student={}", person(hugo))).await;
    assert_eq!((rows.len(), &rows[0]["invalidAbsenceMinutes"]), (1, &json!(240)));
    let event = rows[0]["calendarEvent"]["id"].as_str().unwrap();
    let (_, event) = reader.get(&format!("calendarEvents/{event}?expand=activity,attendance")).await;
    assert_eq!(event["_embedded"]["activity"]["displayName"], "Skoldag");
    assert_eq!(event["_embedded"]["attendance"][0]["id"], rows[0]["id"]);
    let day = "startTime.onOrAfter=2026-11-24T00:00:00Z&endTime.onOrBefore=2026-11-25T00:00:00Z";
    assert_eq!(reader.list(&format!("calendarEvents?{day}")).await.len(), 13);
    let (_, found) =
        reader.post("attendances/lookup", json!({ "calendareEvents": [event["id"]], "ids": [] })).await;
    assert_eq!(found[0]["id"], rows[0]["id"]);
}

#[tokio::test]
async fn a_reported_absence_is_there_until_it_is_taken_back() {
    let reader = Reader::new().await;
    let child = pupil(&reader);
    let before = reader.town.clock().now().to_string();
    reader.town.clock().advance(SignedDuration::from_secs(1));
    let made = reader.mark(&child, "reported", MORNING).await;
    let rows =
        reader.list(&format!("absences?student={}&type=Anm%C3%A4ld%20fr%C3%A5nvaro", person(&child))).await;
    assert_eq!(
        (&rows[0]["id"], &rows[0]["organisation"]["id"]),
        (&made["id"], &json!(register_id("unit", "99020201").to_string()))
    );
    assert_eq!(reader.list("attendances").await, [] as [Value; 0]);
    let exclusive = "absences?startTime.onOrAfter=2026-11-24T07:00:00Z";
    assert_eq!(reader.list(exclusive).await, [] as [Value; 0], "the bound itself is outside");
    assert_eq!(reader.list("absences?startTime.onOrAfter=2026-11-24T06:59:59Z").await.len(), 1);
    reader.withdraw(&child, "reported", MORNING).await;
    assert_eq!(reader.list("absences").await, [] as [Value; 0]);
    let (_, gone) = reader.get(&format!("deletedEntities?after={before}&entities[]=Absence")).await;
    assert_eq!((&gone["data"]["absences"], &gone["data"]["attendances"]), (&json!([made["id"]]), &json!([])));
    let now = reader.town.clock().now().to_string();
    let (_, none) = reader.get(&format!("deletedEntities?after={now}")).await;
    assert_eq!(none["data"]["absences"], json!([]));
    reader.mark(&child, "reported", MORNING).await;
    let (_, none) = reader.get("deletedEntities").await;
    assert_eq!(none["data"]["absences"], json!([]), "what has come back is there");
}

#[tokio::test]
async fn a_guardians_report_is_written_and_deleted_only_where_that_is_offered() {
    let reader = Reader::new().await;
    let report = json!({ "startTime": MORNING[0], "endTime": MORNING[1], "type": "Anmäld frånvaro",
        "student": { "id": person("lindqvist-elsa") }, "registeredBy": { "id": person("lindqvist-sara"), "displayName": "Sara" } });
    let (status, made) = reader.post("absences", report.clone()).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_eq!(made["registeredBy"], json!({ "id": person("lindqvist-sara"), "securityMarking": "Ingen" }));
    assert!(made["meta"]["created"].is_string());
    let (_, marks) = reader.control(Method::GET, "absences", json!(null)).await;
    assert_eq!(
        (&marks[0]["child"], &marks[0]["kind"], &marks[0]["id"]),
        (&json!("lindqvist-elsa"), &json!("reported"), &made["id"])
    );
    let path = format!("absences/{}", made["id"].as_str().unwrap());
    assert_eq!(reader.delete(&path).await, StatusCode::METHOD_NOT_ALLOWED);
    reader.switch(json!({ "delete_absences": true })).await;
    assert_eq!(reader.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(reader.delete(&path).await, StatusCode::NOT_FOUND);
    let (_, marks) = reader.control(Method::GET, "absences", json!(null)).await;
    assert_eq!(marks[0]["withdrawn"], true);
    for (member, wrong) in [
        ("type", json!("Sjuk")),
        ("student", json!({ "id": register_id("person", "nobody") })),
        ("endTime", json!(MORNING[0])),
        ("startTime", json!("i morgon")),
    ] {
        let mut report = report.clone();
        report[member] = wrong;
        assert_eq!(reader.post("absences", report).await.0, StatusCode::BAD_REQUEST, "{member}");
    }
}

#[tokio::test]
async fn a_preschool_child_comes_and_goes() {
    let reader = Reader::new().await;
    let nils = "nystrom-nils";
    let nothing = reader.mark(nils, "unreported", MORNING).await;
    assert_eq!(nothing["resources"], json!([]), "who has not come leaves no trace");
    let day = json!({ "child": nils, "start": "2026-11-24T07:30:00+01:00" });
    assert_eq!(reader.control(Method::POST, "presence", day).await.0, StatusCode::CREATED);
    reader.mark(nils, "unreported", ["2026-11-24T09:00:00+01:00", "2026-11-24T16:00:00+01:00"]).await;
    let events = reader.list(&format!("attendanceEvents?person={}", person(nils))).await;
    let kinds: Vec<_> = events.iter().map(|event| (&event["eventType"], &event["time"])).collect();
    assert_eq!(
        kinds,
        [(&json!("In"), &json!("2026-11-24T06:30:00Z")), (&json!("Ut"), &json!("2026-11-24T08:00:00Z"))]
    );
    reader.withdraw(nils, "unreported", ["2026-11-24T09:00:00+01:00", "2026-11-24T16:00:00+01:00"]).await;
    let left = reader.list("attendanceEvents?expand=person").await;
    assert_eq!((left.len(), &left[0]["_embedded"]["person"]["givenName"]), (1, &json!("Nils")));
    let out = json!({ "time": MORNING[1], "eventType": "Ut", "child": { "id": person(nils) } });
    let (status, out) = reader.post("attendanceEvents", out).await;
    assert_eq!((status, &out["person"]["id"]), (StatusCode::OK, &json!(person(nils))));
    assert_eq!(
        reader.delete(&format!("attendanceEvents/{}", out["id"].as_str().unwrap())).await,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn presence_and_a_clients_own_report_are_one_row_with_the_mark() {
    let reader = Reader::new().await;
    let child = pupil(&reader);
    let present = json!({ "child": child, "start": MORNING[0], "end": "2026-11-24T09:00:00+01:00" });
    let (_, made) = reader.control(Method::POST, "presence", present).await;
    assert_eq!(made[0]["resource"], "Attendance");
    assert_eq!(reader.invalid(&child).await, [0]);
    let report = json!({ "calendarEvent": { "id": register_id("lesson", "kvarnvik-3b-24-1") }, "student": { "id": person(&child) },
        "isReported": true, "attendanceMinutes": 0, "validAbsenceMinutes": 50, "absenceReason": "Giltig" });
    let (status, kept) = reader.post("attendances", report.clone()).await;
    assert_eq!(
        (status, &kept["id"], &kept["validAbsenceMinutes"]),
        (StatusCode::OK, &made[0]["id"], &json!(50))
    );
    assert_eq!(reader.invalid(&child).await.len(), 1);
    let mut unknown = report;
    unknown["calendarEvent"]["id"] = json!(register_id("lesson", "none"));
    assert_eq!(reader.post("attendances", unknown).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        reader.delete(&format!("attendances/{}", kept["id"].as_str().unwrap())).await,
        StatusCode::NO_CONTENT
    );
    let (_, gone) = reader.get("deletedEntities?entities=Attendance,Grade").await;
    assert_eq!(gone["data"]["attendances"], json!([kept["id"]]));
}

#[tokio::test]
async fn a_mark_on_a_person_shows_in_what_was_written_before() {
    let reader = Reader::new().await;
    let child = pupil(&reader);
    reader.mark(&child, "unreported", MORNING).await;
    reader.amend(&child, |pupil| pupil.protection = crate::world::Protection::SecrecyMark);
    let rows = reader.list("attendances").await;
    assert!(rows.iter().all(|row| row["student"]["securityMarking"] == "Sekretessmarkering"));
    let mut world = reader.town.census().world().clone();
    world.persons.iter_mut().find(|p| p.id == child).unwrap().number = None;
    reader.town.replace(world).unwrap();
    assert_eq!(reader.list("attendances").await, [] as [Value; 0], "somebody else is called so now");
}

#[tokio::test]
async fn a_roll_call_is_many_marks_in_one_call() {
    let reader = Reader::new().await;
    let mark =
        |child: &str| json!({ "child": child, "kind": "unreported", "start": MORNING[0], "end": MORNING[1] });
    let (status, made) = reader
        .control(Method::POST, "absences", json!([mark("lindqvist-elsa"), mark("lindqvist-hugo")]))
        .await;
    assert_eq!((status, made.as_array().unwrap().len()), (StatusCode::CREATED, 2));
    let (status, _) =
        reader.control(Method::POST, "absences", json!([mark("lindqvist-elsa"), mark("nobody")])).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let all = reader.list("attendances?limit=100").await;
    assert_eq!(ids(&all).len(), all.len());
    let times: Vec<_> = all.iter().map(|row| row["meta"]["modified"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|two| two[0] < two[1]), "no two in the same millisecond");
    reader.control(Method::POST, "reset", json!({})).await;
    assert_eq!(reader.list("attendances").await, [] as [Value; 0]);
}
