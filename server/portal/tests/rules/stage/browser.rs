//! Browsers, and the ways that people go with them.

use std::net::IpAddr;

use model::{CodeForm, Device, EmailForm, Language, Outcome, Purpose};
use portal::{Asking, Finish, Identification, Next, Phase, Proof, Result, Visit};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Stage, code_in};

/// A browser: three cookies and an address.
#[derive(Clone)]
pub(crate) struct Browser<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) session: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) address: IpAddr,
}

impl<'s> Browser<'s> {
    /// One that was never here.
    pub(super) fn new(stage: &'s Stage) -> Self {
        Self {
            stage,
            session: None,
            login: None,
            device: Some(Uuid::new_v4().simple().to_string()),
            address: "203.0.113.7".parse().unwrap(),
        }
    }
}

impl Browser<'_> {
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            session: self.session.clone(),
            login: self.login.clone(),
            device: self.device.clone(),
            address: self.address,
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/145.0".into(),
            language: Language::Sv,
            request: Uuid::new_v4(),
            background: false,
        }
    }

    pub(crate) async fn visit(&self) -> Visit {
        self.stage.portal.visit(self.asking()).await.unwrap()
    }

    /// A poll, a frame or a prefetch.
    pub(crate) async fn poll(&self) -> Visit {
        self.stage.portal.visit(Asking { background: true, ..self.asking() }).await.unwrap()
    }

    pub(crate) async fn start(&mut self, purpose: Purpose, device: Device) {
        let started = self.visit().await.start_identification(purpose, device, true).await.unwrap();
        self.login = Some(started.login_cookie);
    }

    pub(crate) async fn identification(&self) -> Option<Identification> {
        self.visit().await.identification().await.unwrap()
    }

    pub(crate) async fn phase(&self) -> Phase {
        self.identification().await.unwrap().phase
    }

    /// Somebody scans this browser's code and answers.
    pub(crate) async fn scanned_by(&self, person: &str, answer: &str) -> Value {
        let qr = self.identification().await.unwrap().qr.unwrap();
        self.stage.phone(json!({ "person": person, "qr": qr, "answer": answer })).await
    }

    /// Somebody opens the app by this browser's button and answers. The nonce of the way back, if there is one.
    pub(crate) async fn opened_by(&self, person: &str, more: Value) -> Option<String> {
        let launch = self.identification().await.unwrap().launch.unwrap();
        let mut act = json!({ "person": person, "autostart": launch, "answer": "approve" });
        act.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let played = self.stage.phone(act).await;
        let back = played["return_url"].as_str()?.to_owned();
        Some(back.split_once("nonce=").unwrap().1.to_owned())
    }

    pub(crate) async fn finish(&mut self, proof: Proof) -> Result<Finish> {
        let finish = self.visit().await.finish_identification(proof).await;
        if let Ok(Finish::In { session_cookie, .. }) = &finish {
            self.session = Some(session_cookie.clone());
        }
        finish
    }

    /// The whole way in with a phone that scans.
    pub(crate) async fn sign_in(&mut self, person: &str) -> Next {
        self.start(Purpose::SignIn, Device::Other).await;
        self.scanned_by(person, "approve").await;
        self.stage.collect().await;
        match self.finish(Proof::Poll).await {
            Ok(Finish::In { next, .. }) => next,
            Ok(_) => panic!("{person} is still waiting"),
            Err(error) => panic!("{person} is not let in: {error}"),
        }
    }

    pub(crate) async fn outcome(&self) -> Outcome {
        self.visit().await.applicant().unwrap().outcome().await.unwrap()
    }

    pub(crate) async fn give_email(&self, email: &str) -> Result<()> {
        self.visit().await.applicant()?.give_email(&EmailForm { email: email.into() }).await
    }

    pub(crate) async fn confirm_code(&self, code: &str) -> Result<()> {
        self.visit().await.applicant()?.confirm_code(&CodeForm { code: code.into() }).await
    }

    /// Up to the last step: children confirmed, address proven.
    pub(crate) async fn apply(&mut self, person: &str, email: &str) {
        self.sign_in(person).await;
        self.apply_further(email).await;
    }

    pub(crate) async fn apply_further(&self, email: &str) {
        let known = self.stage.letters(email).len();
        self.visit().await.applicant().unwrap().confirm_children().await.unwrap();
        self.give_email(email).await.unwrap();
        let letter = self.stage.letter(email, known).await;
        self.confirm_code(&code_in(&letter.text)).await.unwrap();
    }

    pub(crate) async fn complete(&mut self) -> Result<()> {
        let visit = self.visit().await;
        self.session = Some(visit.applicant()?.complete("2026-1").await?.session_cookie);
        Ok(())
    }

    /// The whole way to an account.
    pub(crate) async fn open_account(&mut self, person: &str, email: &str) {
        self.apply(person, email).await;
        self.complete().await.unwrap();
    }

    /// The given names on Mina barn.
    pub(crate) async fn children(&self) -> Result<Vec<String>> {
        let cards = self.visit().await.guardian()?.children().await?;
        Ok(cards.into_iter().map(|card| card.given).collect())
    }
}
