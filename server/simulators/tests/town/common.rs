//! A town and the clients that try it.

use reqwest::{Certificate, Client, Identity, Response};
use serde_json::{Value, json};
use simulators::{Options, System, Town, use_ring};
use std::{fs, path::Path};
use tempfile::TempDir;

/// A town of three on free ports, with clients that trust it.
pub(crate) struct House {
    pub(crate) town: Town,
    /// With the portal's BankID certificate.
    pub(crate) party: Client,
    /// Without any certificate; for the control interface too.
    pub(crate) anyone: Client,
    _folder: TempDir,
}

/// Anna and Bo hold a BankID, Cleo does not.
pub(crate) fn three() -> Value {
    let person = |id: &str, number: &str, bankid: bool| json!({ "id": id, "number": number, "given": id, "family": "Exempel", "bankid": bankid });
    json!({ "persons": [
        person("anna", "198001012384", true), person("bo", "197902022391", true), person("cleo", "197803032388", false),
    ] })
}

impl House {
    pub(crate) async fn open() -> Self {
        use_ring();
        let folder = tempfile::tempdir().unwrap();
        let world = serde_json::from_value(three()).unwrap();
        let town =
            Town::start(Options { world: Some(world), ..Options::any_port(folder.path()) }).await.unwrap();
        let party = client(&town, Some(&town.files().rp()));
        let anyone = client(&town, None);
        Self { town, party, anyone, _folder: folder }
    }

    pub(crate) fn bankid(&self, call: &str) -> String {
        format!("{}/rp/v6.0/{call}", self.town.url(System::Bankid))
    }

    /// Posts to BankID and gives status and body.
    pub(crate) async fn ask(&self, call: &str, body: Value) -> (u16, Value) {
        said(self.party.post(self.bankid(call)).json(&body).send().await.unwrap()).await
    }

    /// A new order with these members beside the address.
    pub(crate) async fn order(&self, members: Value) -> Value {
        let mut body = json!({ "endUserIp": "198.51.100.7" });
        for (member, value) in members.as_object().unwrap() {
            body[member] = value.clone();
        }
        let (status, order) = self.ask("auth", body).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    pub(crate) async fn collect(&self, order: &Value) -> (u16, Value) {
        self.ask("collect", json!({ "orderRef": order["orderRef"] })).await
    }

    /// The hint of an order that is not complete.
    pub(crate) async fn hint(&self, order: &Value) -> String {
        let (_, answer) = self.collect(order).await;
        answer["hintCode"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(crate) async fn control(&self, call: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/control/{call}", self.town.control());
        said(self.anyone.post(url).json(&body).send().await.unwrap()).await
    }

    pub(crate) async fn see(&self, call: &str) -> Value {
        let url = format!("{}/control/{call}", self.town.control());
        said(self.anyone.get(url).send().await.unwrap()).await.1
    }

    /// What `person` does with an order that is started on the same device.
    pub(crate) async fn autostart(&self, person: &str, order: &Value, answer: &str) -> Value {
        let act = json!({ "person": person, "autostart": order["autoStartToken"], "answer": answer });
        self.control("phone", act).await.1
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.control("clock", json!({ "advance_seconds": seconds })).await;
    }

    pub(crate) async fn fault(&self, fault: &str, path: &str, count: Option<u32>) {
        let order = json!({ "system": "bankid", "fault": fault, "path": path, "count": count });
        assert_eq!(self.control("faults", order).await.0, 200);
    }
}

pub(crate) async fn said(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// A client that trusts `town`, with the identity in `identity`.
pub(crate) fn client(town: &Town, identity: Option<&Path>) -> Client {
    let root = Certificate::from_pem(&fs::read(town.files().ca()).unwrap()).unwrap();
    let mut builder =
        Client::builder().tls_certs_only([root]).no_proxy().redirect(reqwest::redirect::Policy::none());
    if let Some(identity) = identity {
        builder = builder.identity(Identity::from_pem(&fs::read(identity).unwrap()).unwrap());
    }
    builder.build().unwrap()
}

/// The QR text a relying party shows `seconds` after its order.
pub(crate) fn qr(order: &Value, seconds: u32) -> String {
    let secret = order["qrStartSecret"].as_str().unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let code = hex::encode(ring::hmac::sign(&key, seconds.to_string().as_bytes()));
    format!("bankid.{}.{seconds}.{code}", order["qrStartToken"].as_str().unwrap())
}
