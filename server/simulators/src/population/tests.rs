use crate::{FaultOrder, Options, System, Town, use_ring, world::Person};
use jiff::SignedDuration;
use reqwest::{Certificate, Client, Identity, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const WITH_PROTECTED: &str = "00000236-FO01-0002";

struct Asker {
    town: Town,
    client: Client,
    _dir: TempDir,
}

impl Asker {
    async fn new() -> Self {
        use_ring();
        let dir = tempfile::tempdir().unwrap();
        let town = Town::start(Options::any_port(dir.path())).await.unwrap();
        let client = client(&town, true);
        Self { town, client, _dir: dir }
    }

    fn person(&self, id: &str) -> Person {
        self.town.census().person(id).unwrap().clone()
    }

    fn number(&self, id: &str) -> String {
        self.person(id).number.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.town.url(System::Population))
    }

    fn request(&self, order: &str, numbers: &[String]) -> reqwest::RequestBuilder {
        let conditions: Vec<_> = numbers.iter().map(|n| json!({ "identitetsbeteckning": n })).collect();
        let body = json!({
            "bestallning": { "organisationsnummer": "162021004748", "bestallningsidentitet": order },
            "sokvillkor": conditions,
        });
        self.client
            .post(self.url(super::LOOKUP))
            .header(super::CORRELATION, "0b6ad5b2-6fb4-4e3f-9d5c-0d7d5f9f3a11")
            .json(&body)
    }

    async fn ask(&self, ids: &[&str]) -> Value {
        let numbers: Vec<String> = ids.iter().map(|id| self.number(id)).collect();
        let response = self.request(WITH_PROTECTED, &numbers).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    async fn post(&self, id: &str) -> Value {
        self.ask(&[id]).await["folkbokforingsposter"][0].clone()
    }

    async fn token(&self, secret: &str) -> Response {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.town.tokens().population.client_id),
            ("client_secret", secret),
            ("scope", "fbfuppgoffakt"),
        ];
        self.client.post(self.url(super::TOKEN)).form(&form).send().await.unwrap()
    }
}

fn client(town: &Town, with_certificate: bool) -> Client {
    let root = Certificate::from_pem(&std::fs::read(town.files().ca()).unwrap()).unwrap();
    let builder = Client::builder().tls_certs_only([root]);
    let builder = match with_certificate {
        true => {
            builder.identity(Identity::from_pem(&std::fs::read(town.files().register()).unwrap()).unwrap())
        }
        false => builder,
    };
    builder.build().unwrap()
}

/// The relations of one sort on a record: number and since when.
fn relations(post: &Value, code: &str) -> Vec<(String, Option<String>)> {
    let list = post["relationerTillFolkbokforda"].as_array().unwrap().iter();
    list.filter(|relation| relation["typ"]["kod"] == code)
        .map(|relation| {
            let from = relation["fromDatumVardnad"]["rfc3339Datum"].as_str().map(str::to_owned);
            (relation["identitetsbeteckning"].as_str().unwrap().to_owned(), from)
        })
        .collect()
}

#[tokio::test]
async fn custody_stands_on_both_records_and_both_tell_since_when() {
    let asker = Asker::new().await;
    let (adult, child) = (asker.post("bergstrom-karin").await, asker.post("bergstrom-alva").await);
    let from = asker.person("bergstrom-karin").guardian_of[0].from.unwrap().to_string();
    assert_eq!(relations(&adult, "VF"), [(asker.number("bergstrom-alva"), Some(from.clone()))]);
    let guardians = ["bergstrom-karin", "bergstrom-mikael"].map(|id| (asker.number(id), Some(from.clone())));
    assert_eq!(relations(&child, "V"), guardians);
    assert_eq!(relations(&child, "MO"), [(asker.number("bergstrom-karin"), None)]);
    assert_eq!(relations(&child, "FA"), [(asker.number("bergstrom-mikael"), None)]);
    assert_eq!(relations(&adult, "B"), [(asker.number("bergstrom-alva"), None)]);
    assert_eq!(child["identitet"]["typ"], "PERSONNUMMER");
    assert_eq!(
        (&child["folkbokforing"]["lanskod"], &child["folkbokforing"]["kommunkod"]),
        (&json!("14"), &json!("80"))
    );
}

#[tokio::test]
async fn two_mothers_are_mother_and_parent() {
    let asker = Asker::new().await;
    let child = asker.post("svensson-tage").await;
    assert_eq!(relations(&child, "MO").len(), 1);
    assert_eq!(relations(&child, "F").len(), 1);
}

#[tokio::test]
async fn custody_that_has_ended_is_not_delivered_and_parenthood_gives_none() {
    let asker = Asker::new().await;
    asker.town.clock().set("2026-11-24T07:00:00+01:00".parse().unwrap());
    let (former, child) = (asker.post("klint-robert").await, asker.post("klint-maja").await);
    assert_eq!(relations(&former, "VF"), []);
    assert_eq!(relations(&former, "B").len(), 1);
    assert_eq!(
        relations(&child, "V").iter().map(|r| &r.0).collect::<Vec<_>>(),
        [&asker.number("klint-sandra")]
    );
    asker.town.clock().set("2026-11-02T23:00:00+01:00".parse().unwrap());
    assert_eq!(relations(&asker.post("klint-robert").await, "VF").len(), 1, "the last day counts");
}

#[tokio::test]
async fn an_unknown_number_is_a_fault_of_its_own_beside_the_others() {
    let asker = Asker::new().await;
    let numbers = ["190001010000".to_owned(), asker.number("melnyk-taras"), asker.number("lindqvist-sara")];
    let answer: Value = asker.request(WITH_PROTECTED, &numbers).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["folkbokforingsposter"].as_array().unwrap().len(), 1);
    let unknown: Vec<_> =
        answer["fel"].as_array().unwrap().iter().map(|f| (&f["id"], &f["orsakskod"])).collect();
    assert_eq!(unknown, [(&json!(numbers[0]), &json!(404)), (&json!(numbers[1]), &json!(404))]);
}

#[tokio::test]
async fn protection_is_told_and_the_hidden_address_is_not() {
    let asker = Asker::new().await;
    let marked = asker.post("ek-maria").await;
    assert_eq!(marked["skyddAvPersonuppgifter"], "SEKRETESSMARKERING");
    let hidden = asker.post("gran-lena").await;
    assert_eq!(hidden["skyddAvPersonuppgifter"], "SKYDDAD_FOLKBOKFORING");
    assert!(hidden["folkbokforing"].get("adress").is_none() && hidden.get("kontaktadress").is_none());
    assert_eq!(asker.post("lindqvist-sara").await["skyddAvPersonuppgifter"], "SAKNAS");
    let without = asker.request("00000236-FO01-0001", &[asker.number("ek-maria")]).send().await.unwrap();
    let without: Value = without.json().await.unwrap();
    assert_eq!(without["folkbokforingsposter"], json!([]), "an order without protected persons hides them");
}

#[tokio::test]
async fn deregistration_and_number_change_point_the_right_way() {
    let asker = Asker::new().await;
    let dead = asker.post("berggren-lars").await;
    assert_eq!(dead["avregistrering"]["orsakskod"], "AV");
    assert_eq!(
        dead["avregistrering"]["avregistreringsdatum"],
        json!({ "varde": "20261002", "rfc3339Datum": "2026-10-02" })
    );
    let child = asker.post("berggren-hampus").await;
    let to_dead = child["relationerTillFolkbokforda"].as_array().unwrap().iter();
    assert!(
        to_dead
            .filter(|r| r["avregistrering"]["orsakskod"] == "AV")
            .all(|r| r["identitetsbeteckning"] == asker.number("berggren-lars"))
    );
    let (old, new) = (asker.post("amiri-reza-old").await, asker.post("amiri-reza").await);
    assert_eq!(old["avregistrering"]["orsakskod"], "GN");
    assert_eq!(old["hanvisningar"], json!([{ "identitetsbeteckning": asker.number("amiri-reza") }]));
    assert_eq!(new["hanvisningar"], json!([{ "identitetsbeteckning": asker.number("amiri-reza-old") }]));
    let coordination = asker.post("kovalenko-andrij").await;
    assert_eq!(coordination["identitet"]["typ"], "SAMORDNINGSNUMMER");
    assert_eq!(relations(&coordination, "VF").len(), 1);
}

#[tokio::test]
async fn a_guardian_who_was_never_registered_stands_by_time_of_birth() {
    let asker = Asker::new().await;
    let child = asker.post("schmidt-lotte").await;
    assert_eq!(relations(&child, "V").len(), 1);
    let abroad = &child["relationerTillAldrigFolkbokforda"][0];
    assert_eq!((&abroad["fodelsetidsnummer"], &abroad["typ"]["kod"]), (&json!("198506070000"), &json!("V")));
}

#[tokio::test]
async fn only_a_known_certificate_opens() {
    let asker = Asker::new().await;
    let stranger = client(&asker.town, false);
    let answer = stranger.post(asker.url(super::LOOKUP)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn keys_and_token_are_right_together_or_not_at_all() {
    let asker = Asker::new().await;
    assert_eq!(asker.token("wrong").await.status(), StatusCode::UNAUTHORIZED);
    let keys = asker.town.tokens().population.clone();
    let given: Value = asker.token(&keys.client_secret).await.json().await.unwrap();
    let token = given["access_token"].as_str().unwrap();
    let sara = [asker.number("lindqvist-sara")];
    let signed = |secret: &str| {
        let request = asker.request(WITH_PROTECTED, &sara).bearer_auth(token);
        request.header("client_id", &keys.client_id).header("client_secret", secret).send()
    };
    assert_eq!(signed(&keys.client_secret).await.unwrap().status(), StatusCode::OK);
    assert_eq!(signed("wrong").await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let half = asker.request(WITH_PROTECTED, &sara).bearer_auth(token).send().await.unwrap();
    assert_eq!(half.status(), StatusCode::UNAUTHORIZED);
    asker.town.clock().advance(SignedDuration::from_secs(given["expires_in"].as_i64().unwrap()));
    assert_eq!(signed(&keys.client_secret).await.unwrap().status(), StatusCode::UNAUTHORIZED, "expired");
}

#[tokio::test]
async fn a_call_has_a_name_an_order_and_at_most_900_numbers() {
    let asker = Asker::new().await;
    let sara = asker.number("lindqvist-sara");
    let nameless = asker.client.post(asker.url(super::LOOKUP)).json(&json!({})).send().await.unwrap();
    assert_eq!(nameless.status(), StatusCode::BAD_REQUEST);
    let other = asker.request("00000000-FO01-0001", std::slice::from_ref(&sara)).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    let many = asker.request(WITH_PROTECTED, &vec![sara.clone(); 901]).send().await.unwrap();
    assert_eq!(many.status(), StatusCode::BAD_REQUEST);
    let most = asker.request(WITH_PROTECTED, &vec![sara; 900]).send().await.unwrap();
    assert_eq!(most.status(), StatusCode::OK);
    assert_eq!(most.headers()[super::CORRELATION], "0b6ad5b2-6fb4-4e3f-9d5c-0d7d5f9f3a11");
}

#[tokio::test]
async fn codes_that_no_list_has_can_be_ordered() {
    let asker = Asker::new().await;
    let (system, fault) = (System::Population, "unknown-code".to_owned());
    asker.town.fault(FaultOrder::new(system, fault).times(1)).unwrap();
    let odd = asker.post("lindqvist-sara").await;
    assert_eq!(odd["skyddAvPersonuppgifter"], "NY_SORTS_SKYDD");
    assert_eq!(relations(&odd, "VF"), []);
    assert_eq!(relations(&asker.post("lindqvist-sara").await, "VF").len(), 2);
}
