use serde_json::json;

use super::*;
use crate::{Browser, Intent};

const ORDER: &str = "131daac9-16c6-4618-beb0-365768f37288";

fn asked() -> OrderRef {
    OrderRef::new(ORDER)
}

/// The published shape of a completed answer (RP API v6, collect).
fn complete() -> serde_json::Value {
    json!({
        "orderRef": ORDER,
        "status": "complete",
        "completionData": {
            "user": {
                "personalNumber": "198501012390", "name": "KARL KARLSSON", "givenName": "KARL", "surname": "KARLSSON"
            },
            "device": { "ipAddress": "198.51.100.7", "uhi": "giCsUsVYgZEg96P/l/7QIxWjusqW" },
            "bankIdIssueDate": "2025-08-09Z",
            "risk": "low",
            "signature": "PD94bWw+",
            "ocspResponse": "MIIHegoBAKCCB3Mw"
        }
    })
}

fn read(answer: &serde_json::Value) -> Result<Collected> {
    collected(&answer.to_string(), &asked())
}

fn request(user_agent: &str) -> serde_json::Value {
    let request = AuthRequest {
        address: "::ffff:198.51.100.7".parse().unwrap(),
        intent: Intent::new("# Hjärntorget").unwrap(),
        return_url: Some("https://konto.example.se/bankid/retur#nonce=3q2-7wAB".into()),
        browser: Browser {
            device: "6f0e8c1e-9d0c-4b1a-8a53-0d9c3f1f2a77".into(),
            domain: "konto.example.se".into(),
            user_agent: user_agent.into(),
        },
    };
    serde_json::to_value(Auth::from(&request)).unwrap()
}

#[test]
fn auth_is_asked_as_the_specification_has_it() {
    assert_eq!(
        request("Mozilla/5.0"),
        json!({
            "endUserIp": "198.51.100.7",
            "userVisibleData": "IyBIasOkcm50b3JnZXQ=",
            "userVisibleDataFormat": "simpleMarkdownV1",
            "returnUrl": "https://konto.example.se/bankid/retur#nonce=3q2-7wAB",
            "returnRisk": true,
            "web": {
                "deviceIdentifier": "6f0e8c1e-9d0c-4b1a-8a53-0d9c3f1f2a77",
                "referringDomain": "konto.example.se",
                "userAgent": "Mozilla/5.0"
            }
        })
    );
}

#[test]
fn a_browsers_name_is_cut_to_what_bankid_takes_and_left_out_when_empty() {
    let agent = |typed: &str| request(typed)["web"]["userAgent"].as_str().map(str::to_owned);
    assert_eq!(agent(&"a".repeat(5000)).unwrap().len(), 256);
    // 255 bytes and then a letter of two: the letter goes.
    assert_eq!(agent(&format!("{}å", "a".repeat(255))).unwrap(), "a".repeat(255));
    assert_eq!(agent(""), None);
}

#[test]
fn an_order_is_read_only_with_tokens_that_can_stand_in_an_address() {
    let answer = |token: &str| {
        json!({ "orderRef": ORDER, "autoStartToken": token, "qrStartToken": ORDER, "qrStartSecret": ORDER })
            .to_string()
    };
    assert_eq!(order(&answer(ORDER)).unwrap().auto_start_token.reveal(), ORDER);
    for token in
        ["", "short", "7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6&redirect=https://x.example", &"a".repeat(65)]
    {
        assert!(matches!(order(&answer(token)), Err(Error::Garbled(_))), "{token}");
    }
    for text in ["", "{}", "[]", "<html>", &json!({ "orderRef": ORDER }).to_string()] {
        assert!(matches!(order(text), Err(Error::Garbled(_))), "{text}");
    }
}

#[test]
fn a_complete_answer_identifies_a_person_and_is_kept_word_for_word() {
    let text = complete().to_string();
    let Collected::Complete(completion) = collected(&text, &asked()).unwrap() else { panic!("not complete") };
    assert_eq!(completion.number.reveal(), "198501012390");
    assert_eq!((completion.given_name.as_str(), completion.surname.as_str()), ("KARL", "KARLSSON"));
    assert_eq!(completion.device_ip, Some("198.51.100.7".parse().unwrap()));
    assert_eq!(completion.risk, Some(Risk::Low));
    assert_eq!(completion.issue_date, Some(Date::constant(2025, 8, 9)));
    assert_eq!(completion.evidence.reveal(), text);
}

#[test]
fn what_bankid_may_leave_out_may_be_missing() {
    let mut answer = complete();
    let data = answer["completionData"].as_object_mut().unwrap();
    for field in ["device", "risk", "bankIdIssueDate", "signature", "ocspResponse"] {
        data.remove(field);
    }
    data.insert("stepUp".into(), json!({ "mrtd": false }));
    data.insert("tomorrow".into(), json!([1]));
    let Collected::Complete(completion) = read(&answer).unwrap() else { panic!("not complete") };
    assert_eq!((completion.device_ip, completion.risk, completion.issue_date), (None, None, None));
}

#[test]
fn an_unknown_risk_is_neither_low_nor_an_error() {
    let mut answer = complete();
    answer["completionData"]["risk"] = json!("enormous");
    let Collected::Complete(completion) = read(&answer).unwrap() else { panic!("not complete") };
    assert_eq!(completion.risk, Some(Risk::Other("enormous".into())));
}

#[test]
fn complete_without_a_whole_person_identifies_nobody_and_is_final() {
    let spoilt = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut answer = complete();
        change(&mut answer);
        read(&answer).unwrap()
    };
    let cases: [&dyn Fn(&mut serde_json::Value); 9] = [
        &|answer| drop(answer.as_object_mut().unwrap().remove("completionData")),
        &|answer| answer["completionData"] = json!(null),
        &|answer| drop(answer["completionData"].as_object_mut().unwrap().remove("user")),
        &|answer| answer["completionData"]["user"]["personalNumber"] = json!("198501012391"),
        &|answer| answer["completionData"]["user"]["personalNumber"] = json!("198502302390"),
        &|answer| answer["completionData"]["user"]["personalNumber"] = json!("20130101TF01"),
        &|answer| answer["completionData"]["user"]["personalNumber"] = json!(198501012390_u64),
        &|answer| answer["completionData"]["user"]["name"] = json!("  "),
        &|answer| answer["completionData"]["user"]["surname"] = json!("x".repeat(201)),
    ];
    for (number, change) in cases.into_iter().enumerate() {
        let outcome = spoilt(change);
        assert!(matches!(outcome, Collected::Failed(FailedHint::Unusable)), "case {number}: {outcome:?}");
    }
}

#[test]
fn the_state_of_another_order_is_no_answer() {
    let mut answer = complete();
    answer["orderRef"] = json!("00000000-16c6-4618-beb0-365768f37288");
    assert!(matches!(read(&answer), Err(Error::Garbled(_))));
    answer.as_object_mut().unwrap().remove("orderRef");
    assert!(matches!(read(&answer), Err(Error::Garbled(_))));
}

#[test]
fn hints_of_tomorrow_are_survived() {
    let state = |status: &str, hint: Option<&str>| {
        read(&json!({ "orderRef": ORDER, "status": status, "hintCode": hint, "news": {} })).unwrap()
    };
    assert!(matches!(state("pending", Some("userSign")), Collected::Pending(PendingHint::UserSign)));
    assert!(matches!(state("pending", Some("userDances")), Collected::Pending(PendingHint::Other(_))));
    assert!(matches!(state("pending", None), Collected::Pending(PendingHint::Other(_))));
    assert!(matches!(state("failed", Some("userCancel")), Collected::Failed(FailedHint::UserCancel)));
    assert!(matches!(state("failed", Some("userDances")), Collected::Failed(FailedHint::Other(_))));
    assert!(matches!(state("failed", None), Collected::Failed(FailedHint::Other(_))));
    for status in ["", "COMPLETE", "completed", "postponed"] {
        assert!(matches!(state(status, None), Collected::Pending(PendingHint::Other(_))), "{status}");
    }
}

#[test]
fn a_code_is_shown_only_while_no_app_has_the_order() {
    let shown: Vec<_> = PendingHint::KNOWN.iter().filter(|hint| hint.shows_qr()).collect();
    assert_eq!(shown, [&PendingHint::OutstandingTransaction, &PendingHint::NoClient]);
    assert!(!PendingHint::parse("userDances").shows_qr());
}

#[test]
fn a_refusal_is_read_by_its_code_alone() {
    let body = json!({ "errorCode": "invalidParameters", "details": "No such order" }).to_string();
    assert_eq!(error_code(&body).as_deref(), Some("invalidParameters"));
    for body in ["", "<html>403 Forbidden</html>", "{}", "{\"errorCode\":7}"] {
        assert_eq!(error_code(body), None, "{body}");
    }
}
