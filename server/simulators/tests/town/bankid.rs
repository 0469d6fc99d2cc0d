//! BankID as a relying party meets it: over TLS, with nothing but the published protocol.

use crate::common::{House, client, qr, said};
use reqwest::Method;
use serde_json::{Value, json};

fn no_such_order() -> (u16, Value) {
    (400, json!({ "errorCode": "invalidParameters", "details": "No such order" }))
}

#[tokio::test]
async fn a_client_without_an_accepted_certificate_gets_a_page_with_403() {
    let house = House::open().await;
    let foreign = client(&house.town, Some(&house.town.files().register()));
    for stranger in [&house.anyone, &foreign] {
        let answer = stranger.post(house.bankid("auth")).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 403);
        assert_eq!(answer.headers()["content-type"], "text/html");
        assert!(answer.text().await.unwrap().contains("<center>nginx</center>"));
    }
    let switch = json!({ "strangers": "handshake" });
    house.anyone.put(format!("{}/control/bankid", house.town.control())).json(&switch).send().await.unwrap();
    let unknown = client(&house.town, None);
    assert!(unknown.post(house.bankid("auth")).json(&json!({})).send().await.is_err());
    assert_eq!(
        client(&house.town, Some(&house.town.files().rp()))
            .get(house.bankid("auth"))
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
}

#[tokio::test]
async fn only_a_post_with_a_plain_json_object_is_heard() {
    let house = House::open().await;
    let call = async |method: Method, path: &str, kind: &'static str, body: String| {
        let request = house.party.request(method, house.bankid(path)).header("content-type", kind).body(body);
        let (status, answer) = said(request.send().await.unwrap()).await;
        (status, answer["errorCode"].as_str().unwrap_or_default().to_owned())
    };
    let good = || json!({ "endUserIp": "::1" }).to_string();
    let json = "application/json";
    let wrong = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(call(Method::GET, "auth", json, good()).await, wrong(405, "methodNotAllowed"));
    assert_eq!(call(Method::POST, "nothing", json, good()).await, wrong(404, "notFound"));
    assert_eq!(call(Method::POST, "../v5.1/auth", json, good()).await, wrong(404, "notFound"));
    let charset = "application/json; charset=utf-8";
    assert_eq!(call(Method::POST, "auth", charset, good()).await, wrong(415, "unsupportedMediaType"));
    assert_eq!(call(Method::POST, "auth", "text/plain", good()).await, wrong(415, "unsupportedMediaType"));
    for body in ["", "{", "[]", "\"x\""] {
        assert_eq!(call(Method::POST, "auth", json, body.into()).await, wrong(400, "invalidParameters"));
    }
    let large = json!({ "endUserIp": "::1", "userNonVisibleData": "A".repeat(600_000) }).to_string();
    assert_eq!(call(Method::POST, "auth", json, large).await, wrong(400, "invalidParameters"));
    assert_eq!(call(Method::POST, "auth", json, good()).await, wrong(200, ""));
}

#[tokio::test]
async fn a_qr_order_goes_from_outstanding_to_complete_and_is_delivered_once() {
    let house = House::open().await;
    let order = house
        .order(json!({ "returnUrl": "https://konto.example.se/retur", "userVisibleData": "SGVq" }))
        .await;
    for token in ["orderRef", "autoStartToken", "qrStartToken", "qrStartSecret"] {
        assert_eq!(order[token].as_str().unwrap().len(), 36);
    }
    assert_eq!(house.hint(&order).await, "outstandingTransaction");
    let act = |answer: &str| json!({ "person": "anna", "qr": qr(&order, 0), "answer": answer });
    let (_, played) = house.control("phone", act("open")).await;
    assert_eq!(played["status"], "pending");
    assert_eq!(house.hint(&order).await, "userSign");
    let again =
        json!({ "person": "anna", "order": played["order"], "answer": "approve", "device_ip": "192.0.2.9" });
    let (_, played) = house.control("phone", again).await;
    assert_eq!((&played["status"], &played["return_url"]), (&json!("completed"), &Value::Null));
    let (status, answer) = house.collect(&order).await;
    assert_eq!((status, &answer["status"]), (200, &json!("complete")));
    assert_eq!(answer.get("hintCode"), None);
    let data = &answer["completionData"];
    assert_eq!(data["user"]["personalNumber"], "198001012384");
    assert_eq!(data["user"]["name"], "anna Exempel");
    assert_eq!(data["device"]["ipAddress"], "192.0.2.9");
    assert!(data["bankIdIssueDate"].as_str().unwrap().ends_with("-08-09Z"));
    assert_eq!((data.get("risk"), data.get("stepUp")), (None, None));
    assert_eq!(house.collect(&order).await, no_such_order());
}

#[tokio::test]
async fn the_same_device_is_sent_back_and_risk_and_step_up_come_only_when_asked_for() {
    let house = House::open().await;
    let back = "https://konto.example.se/bankid/retur#nonce=abc";
    let asked = json!({ "returnUrl": back, "returnRisk": true, "requirement": { "mrtd": true } });
    let order = house.order(asked).await;
    let act = json!({ "person": "198001012384", "answer": "approve", "risk": "moderate",
                      "autostart": format!("http://localhost/phone?autostarttoken={}&redirect=null", order["autoStartToken"].as_str().unwrap()) });
    let (_, played) = house.control("phone", act).await;
    assert_eq!(played["return_url"], back);
    let (_, answer) = house.collect(&order).await;
    let data = &answer["completionData"];
    assert_eq!(data["device"]["ipAddress"], "198.51.100.7");
    assert_eq!(data["risk"], "moderate");
    assert_eq!(data["stepUp"], json!({ "mrtd": true }));
    let order = house.order(json!({ "returnUrl": "null", "returnRisk": true })).await;
    let act =
        json!({ "person": "bo", "autostart": order["autoStartToken"], "answer": "approve", "risk": "none" });
    assert_eq!(house.control("phone", act).await.1.get("return_url"), None);
    assert_eq!(house.collect(&order).await.1["completionData"].get("risk"), None);
}

#[tokio::test]
async fn time_ends_what_nobody_starts_finishes_or_collects() {
    let house = House::open().await;
    let (unstarted, forgotten) = (house.order(json!({})).await, house.order(json!({})).await);
    let (unfinished, complete, kept) =
        (house.order(json!({})).await, house.order(json!({})).await, house.order(json!({})).await);
    house.autostart("anna", &unfinished, "open").await;
    house.autostart("bo", &complete, "approve").await;
    house.autostart("bo", &kept, "cancel").await;
    house.advance(28).await;
    assert_eq!(house.hint(&unstarted).await, "outstandingTransaction");
    house.advance(2).await;
    assert_eq!(house.autostart("bo", &unstarted, "approve").await["reason"], "no-such-order");
    assert_eq!(house.collect(&unstarted).await.1["status"], "failed");
    assert_eq!(house.collect(&unstarted).await, no_such_order());
    house.advance(148).await;
    assert_eq!(house.hint(&unfinished).await, "userSign");
    house.advance(2).await;
    assert_eq!(house.hint(&unfinished).await, "expiredTransaction");
    assert_eq!(house.collect(&complete).await, no_such_order());
    house.advance(10).await;
    assert_eq!(house.collect(&forgotten).await, no_such_order());
    assert_eq!(house.hint(&kept).await, "userCancel");
}

#[tokio::test]
async fn an_order_belongs_to_the_relying_party_that_made_it() {
    let house = House::open().await;
    let order = house.order(json!({})).await;
    let other = client(&house.town, Some(&house.town.files().other_rp()));
    for call in ["collect", "cancel"] {
        let body = json!({ "orderRef": order["orderRef"] });
        let answer = other.post(house.bankid(call)).json(&body).send().await.unwrap();
        assert_eq!(said(answer).await, no_such_order());
    }
    assert_eq!(house.hint(&order).await, "outstandingTransaction");
}

#[tokio::test]
async fn a_cancelled_order_is_gone() {
    let house = House::open().await;
    let order = house.order(json!({})).await;
    let body = json!({ "orderRef": order["orderRef"] });
    assert_eq!(house.ask("cancel", body.clone()).await, (200, json!({})));
    assert_eq!(house.ask("cancel", body).await, no_such_order());
    assert_eq!(house.collect(&order).await, no_such_order());
    assert_eq!(house.autostart("anna", &order, "approve").await["reason"], "no-such-order");
}

#[tokio::test]
async fn two_orders_for_one_number_end_each_other_and_so_do_two_in_one_hand() {
    let house = House::open().await;
    let mine = || json!({ "requirement": { "personalNumber": "198001012384" } });
    let first = house.order(mine()).await;
    let body = json!({ "endUserIp": "::1", "requirement": { "personalNumber": "198001012384" } });
    let (status, answer) = house.ask("auth", body).await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("alreadyInProgress")));
    assert_eq!(house.hint(&first).await, "cancelled");
    let (one, two) = (house.order(json!({})).await, house.order(json!({})).await);
    house.autostart("anna", &one, "open").await;
    house.autostart("anna", &two, "approve").await;
    assert_eq!(house.hint(&one).await, "cancelled");
    assert_eq!(house.collect(&two).await.1["status"], "complete");
}

#[tokio::test]
async fn only_the_required_person_and_only_somebody_with_a_bankid_can_answer() {
    let house = House::open().await;
    let order = house.order(json!({ "requirement": { "personalNumber": "198001012384" } })).await;
    assert_eq!(house.autostart("bo", &order, "approve").await["reason"], "wrong-person");
    assert_eq!(house.autostart("cleo", &order, "approve").await["reason"], "no-bankid");
    assert_eq!(house.hint(&order).await, "started");
    assert_eq!(house.autostart("anna", &order, "approve").await["status"], "completed");
}

#[tokio::test]
async fn a_forged_or_stale_qr_text_opens_nothing() {
    let house = House::open().await;
    let order = house.order(json!({})).await;
    let scan = async |text: String| {
        let act = json!({ "person": "anna", "qr": text, "answer": "approve" });
        house.control("phone", act).await.1["reason"].as_str().unwrap_or_default().to_owned()
    };
    let forged = qr(&order, 0).replace(".0.", ".1.");
    assert_eq!(scan(forged).await, "qr-invalid");
    assert_eq!(scan("hej".into()).await, "qr-invalid");
    assert_eq!(scan(qr(&order, 9)).await, "qr-too-old");
    house.advance(10).await;
    assert_eq!(scan(qr(&order, 0)).await, "qr-too-old");
    assert_eq!(house.hint(&order).await, "outstandingTransaction");
    assert_eq!(scan(qr(&order, 10)).await, "");
}

#[tokio::test]
async fn a_hand_can_fail_in_every_known_way_and_in_new_ones() {
    let house = House::open().await;
    for (answer, hint) in [
        ("cancel", "userCancel"),
        ("wrong-pin", "certificateErr"),
        ("old-app", "notSupportedByUserApp"),
        ("fail:aNewEnd", "aNewEnd"),
        ("hint:aNewStep", "aNewStep"),
    ] {
        let order = house.order(json!({})).await;
        house.autostart("anna", &order, answer).await;
        assert_eq!(house.hint(&order).await, hint);
    }
    let order = house.order(json!({})).await;
    let act = json!({ "person": "anna", "autostart": order["autoStartToken"], "answer": "shrug" });
    assert_eq!(house.control("phone", act).await.0, 422);
}

#[tokio::test]
async fn bad_days_come_as_ordered() {
    let house = House::open().await;
    let order = house.order(json!({})).await;
    house.fault("status:503", "collect", Some(1)).await;
    assert_eq!(house.collect(&order).await.1["errorCode"], "maintenance");
    house.fault("status:403", "collect", Some(1)).await;
    assert_eq!(house.collect(&order).await, (403, Value::Null));
    house.fault("unknown-code", "", Some(1)).await;
    assert_eq!(house.hint(&order).await, "aHintNobodyKnows");
    house.fault("unknown-code", "auth", Some(1)).await;
    let (status, answer) = house.ask("auth", json!({ "endUserIp": "::1" })).await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("aCodeNobodyKnows")));
    house.fault("garbage", "collect", Some(1)).await;
    assert_eq!(house.collect(&order).await, (200, Value::Null));
    house.fault("truncate", "collect", Some(1)).await;
    let body = json!({ "orderRef": order["orderRef"] });
    let broken = house.party.post(house.bankid("collect")).json(&body).send().await.unwrap();
    assert!(broken.bytes().await.is_err());
    house.fault("slow:20", "collect", Some(1)).await;
    assert_eq!(house.hint(&order).await, "outstandingTransaction");
}

#[tokio::test]
async fn a_dropped_answer_leaves_its_order_behind() {
    let house = House::open().await;
    house.fault("accept-then-drop", "auth", Some(1)).await;
    let body = json!({ "endUserIp": "::1" });
    assert!(house.party.post(house.bankid("auth")).json(&body).send().await.is_err());
    assert_eq!(house.see("orders").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_machine_that_is_down_or_shows_a_foreign_certificate_cannot_be_reached() {
    let house = House::open().await;
    assert_eq!(house.ask("auth", json!({ "endUserIp": "::1" })).await.0, 200);
    for fault in ["down", "wrong-certificate"] {
        house.fault(fault, "", None).await;
        let fresh = client(&house.town, Some(&house.town.files().rp()));
        assert!(fresh.get(house.bankid("auth")).send().await.is_err(), "{fault}");
        house.fault("none", "", None).await;
        assert_eq!(fresh.get(house.bankid("auth")).send().await.unwrap().status(), 405, "{fault}");
    }
}

#[tokio::test]
async fn a_hanging_machine_answers_nobody_and_is_still_counted() {
    let house = House::open().await;
    house.fault("hang", "", Some(1)).await;
    let patience = std::time::Duration::from_millis(200);
    let asked = house.party.get(house.bankid("auth")).timeout(patience).send().await;
    assert!(asked.unwrap_err().is_timeout());
    let calls = house.see("calls?system=bankid").await;
    assert_eq!(calls[0]["answer"], "hung");
    assert_eq!(calls[0]["path"], "/rp/v6.0/auth");
}
