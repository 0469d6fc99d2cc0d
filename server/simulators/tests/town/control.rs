//! The control interface and the pages for people.

use crate::common::{House, client, said, three};
use reqwest::{Response, header::LOCATION};
use serde_json::{Value, json};
use simulators::{Options, System, Town, use_ring};

impl House {
    async fn page(&self, path: &str) -> Response {
        self.anyone.get(format!("{}{path}", self.town.control())).send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.anyone.post(format!("{}{path}", self.town.control())).form(form).send().await.unwrap()
    }

    async fn put_world(&self, world: &Value) -> (u16, Value) {
        let url = format!("{}/control/world", self.town.control());
        said(self.anyone.put(url).json(world).send().await.unwrap()).await
    }
}

fn going_to(response: &Response) -> &str {
    response.headers()[LOCATION].to_str().unwrap()
}

#[tokio::test]
async fn a_world_can_be_planted_and_read_back_and_a_wrong_one_changes_nothing() {
    let house = House::open().await;
    let mut world = three();
    world["units"] =
        json!([{ "code": "12345678", "name": "Exempelskolan", "kind": "preschool", "municipality": "1480" }]);
    world["persons"][0]["guardian_of"] = json!([{ "child": "dan", "from": "2020-01-01", "to": null }]);
    let dan = json!({ "id": "dan", "number": "202001012391", "given": "Dan", "family": "Exempel",
                      "enrolments": [{ "unit": "12345678", "from": "2024-08-15" }] });
    world["persons"].as_array_mut().unwrap().push(dan);
    assert_eq!(house.put_world(&world).await.0, 200);
    let persons = house.see("persons").await;
    assert_eq!(persons[0]["guardian_of"], json!(["dan"]));
    assert!(persons[0]["tags"].as_array().unwrap().contains(&json!("guardian")));
    assert_eq!(persons[3]["unit"], "12345678");
    let kept = house.see("world").await;
    assert_eq!(house.put_world(&kept).await.0, 200);
    assert_eq!(house.see("world").await, kept);
    world["persons"][0]["guardian_of"][0]["child"] = json!("nobody");
    let (status, answer) = house.put_world(&world).await;
    assert_eq!((status, answer["wrongs"].as_array().unwrap().len()), (422, 1));
    assert_eq!(house.see("world").await, kept);
}

#[tokio::test]
async fn one_person_can_be_changed_and_only_sensibly() {
    let house = House::open().await;
    let patch = async |id: &str, change: Value| {
        let url = format!("{}/control/persons/{id}", house.town.control());
        said(house.anyone.patch(url).json(&change).send().await.unwrap()).await
    };
    let (status, anna) = patch("anna", json!({ "protection": "secrecy-mark", "bankid": false })).await;
    assert_eq!((status, &anna["protection"], &anna["given"]), (200, &json!("secrecy-mark"), &json!("anna")));
    assert!(house.see("persons").await[0]["tags"].as_array().unwrap().contains(&json!("protected")));
    assert_eq!(patch("nobody", json!({})).await.0, 404);
    assert_eq!(patch("bo", json!({ "protection": "much" })).await.0, 422);
    assert_eq!(patch("bo", json!({ "number": "198001012384" })).await.0, 422);
}

#[tokio::test]
async fn the_clock_can_be_set_and_a_reset_brings_back_real_time_and_the_first_world() {
    let house = House::open().await;
    let (_, set) = house.control("clock", json!({ "now": "2030-01-01T00:00:00Z" })).await;
    assert!(set["now"].as_str().unwrap().starts_with("2030-01-01T00:00:0"));
    assert_eq!(house.control("clock", json!({})).await.0, 422);
    house.put_world(&json!({ "persons": [] })).await;
    house.fault("down", "", None).await;
    house.order_nothing().await;
    assert_eq!(house.control("reset", json!({})).await.1["persons"], 3);
    assert_eq!(house.see("faults").await, json!([]));
    assert_eq!(house.see("calls").await, json!([]));
    assert!(!house.see("clock").await["now"].as_str().unwrap().starts_with("2030"));
}

impl House {
    /// A call that a machine which is down never hears.
    async fn order_nothing(&self) {
        let fresh = client(&self.town, Some(&self.town.files().rp()));
        assert!(fresh.get(self.bankid("auth")).send().await.is_err());
    }
}

#[tokio::test]
async fn every_call_is_logged_with_its_answer() {
    let house = House::open().await;
    house.order(json!({})).await;
    house.party.get(house.bankid("auth?x=1")).send().await.unwrap();
    let calls = house.see("calls?system=bankid").await;
    let seen: Vec<_> =
        calls.as_array().unwrap().iter().map(|c| (&c["method"], &c["path"], &c["answer"])).collect();
    assert_eq!(seen[0], (&json!("POST"), &json!("/rp/v6.0/auth"), &json!(200)));
    assert_eq!(seen[1], (&json!("GET"), &json!("/rp/v6.0/auth?x=1"), &json!(405)));
    assert_eq!(house.see("calls?system=pupil").await, json!([]));
    assert_eq!(house.see("calls?system=moon").await["wrongs"], json!(["no system called moon"]));
}

#[tokio::test]
async fn an_absence_is_recorded_for_a_known_child() {
    let house = House::open().await;
    let absence = |child: &str| json!({ "child": child, "start": "2026-11-24T08:10:00+01:00", "end": "2026-11-24T09:00:00+01:00", "kind": "unreported" });
    assert_eq!(house.control("absences", absence("anna")).await.0, 201);
    assert_eq!(house.control("absences", absence("nobody")).await.0, 404);
    assert_eq!(house.see("absences").await[0]["child"], "anna");
    assert_eq!(house.see("sms").await, json!([]));
    assert_eq!(house.see("mail?wait=0.01&to=x@example.se").await, json!([]));
}

#[tokio::test]
async fn somebody_with_the_pretend_phone_comes_back_where_the_order_says() {
    let house = House::open().await;
    let back = "https://konto.example.se/bankid/retur#nonce=abc";
    let order = house.order(json!({ "returnUrl": back, "userVisibleData": "IyBIZWoKKm51Kg==", "userVisibleDataFormat": "simpleMarkdownV1" })).await;
    let start = format!("/phone?autostarttoken={}", order["autoStartToken"].as_str().unwrap());
    let page = house.page(&start).await.text().await.unwrap();
    for said in [
        "Simulering.",
        "Hjärntorget (påhittad stad)",
        "Min avsikt:",
        "<strong>Hej</strong>",
        "<strong>nu</strong>",
        "anna Exempel",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("cleo Exempel"));
    assert_eq!(house.hint(&order).await, "started");
    let form = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    let opened = house.post(form, &[("person", "anna"), ("answer", "open")]).await;
    assert_eq!((opened.status().as_u16(), going_to(&opened)), (303, form));
    assert_eq!(house.hint(&order).await, "userSign");
    assert!(house.page(form).await.text().await.unwrap().contains("Legitimera"));
    let done = house.post(form, &[("person", "anna"), ("answer", "approve")]).await;
    assert_eq!((done.status().as_u16(), going_to(&done)), (303, back));
    assert_eq!(house.collect(&order).await.1["status"], "complete");
    assert_eq!(house.page(&start).await.status(), 409);
}

#[tokio::test]
async fn a_qr_text_can_be_pasted_and_an_old_one_is_named_so() {
    let house = House::open().await;
    let order = house.order(json!({})).await;
    let opened = house.post("/phone", &[("qr", &crate::common::qr(&order, 0))]).await;
    let form = going_to(&opened).to_owned();
    house.post(&form, &[("person", "bo"), ("answer", "open")]).await;
    let ended = house.post(&form, &[("person", "bo"), ("answer", "cancel")]).await;
    assert!(ended.text().await.unwrap().contains("userCancel"));
    assert_eq!(house.hint(&order).await, "userCancel");
    let order = house.order(json!({})).await;
    house.advance(20).await;
    let refused = house.post("/phone", &[("qr", &crate::common::qr(&order, 0))]).await.text().await.unwrap();
    assert!(refused.contains("för gammal"));
}

#[tokio::test]
async fn every_page_says_that_it_is_a_simulation_and_shows_what_is_there() {
    let house = House::open().await;
    for path in ["/", "/?tag=no-bankid", "/phone", "/mail", "/sms", "/orders", "/nothing"] {
        let response = house.page(path).await;
        assert!(
            response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'")
        );
        let text = response.text().await.unwrap();
        assert!(text.contains("Simulering.") && !text.contains("<script"), "{path}");
    }
    let people = house.page("/").await.text().await.unwrap();
    assert!(people.contains("19780303-2388") && people.contains("inget BankID"));
}

#[tokio::test]
async fn a_second_town_stands_beside_the_first() {
    let house = House::open().await;
    use_ring();
    let folder = tempfile::tempdir().unwrap();
    let options = Options { host: [127, 0, 0, 2].into(), ..Options::any_port(folder.path()) };
    let second = Town::start(options).await.unwrap();
    let party = client(&second, Some(&second.files().rp()));
    let url = format!("{}/rp/v6.0/auth", second.url(System::Bankid));
    assert!(url.starts_with("https://127.0.0.2:"));
    assert_eq!(party.get(url).send().await.unwrap().status(), 405);
    assert!(house.party.get(format!("{}/rp/v6.0/auth", second.url(System::Bankid))).send().await.is_err());
    assert!(second.census().persons.len() > 40);
    second.close().await;
}

#[tokio::test]
async fn a_town_that_is_started_again_keeps_its_certificates() {
    use_ring();
    let folder = tempfile::tempdir().unwrap();
    let first = Town::start(Options::any_port(folder.path())).await.unwrap();
    let party = client(&first, Some(&first.files().rp()));
    first.close().await;
    let again = Town::start(Options::any_port(folder.path())).await.unwrap();
    let url = format!("{}/rp/v6.0/auth", again.url(System::Bankid));
    assert_eq!(party.get(url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn in_a_city_people_are_found_by_number_and_no_page_holds_all_of_them() {
    let house = House::open().await;
    let city = simulators::world::city(1000, 1, "2026-11-24".parse().unwrap());
    let one = city.persons.iter().find(|person| person.bankid).unwrap().clone();
    house.town.replace(city).unwrap();
    let people = house.page("/").await.text().await.unwrap();
    assert!(people.contains("till, se <a") && people.matches("<h3>").count() < 1000);
    let order = house.order(json!({})).await;
    let start = format!("/phone?autostarttoken={}", order["autoStartToken"].as_str().unwrap());
    let page = house.page(&start).await.text().await.unwrap();
    assert!(!page.contains("<select id=\"person\""));
    let form = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
    house.post(form, &[("person", one.number.as_deref().unwrap()), ("answer", "open")]).await;
    assert!(house.page(form).await.text().await.unwrap().contains(&one.family));
}
