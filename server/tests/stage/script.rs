//! What people and testers do with a town, and what a visitor does without script, in steps.

use super::*;

/// A town, as a person and a tester meet it.
#[derive(Clone, Copy)]
pub(crate) struct Script<'a> {
    pub(crate) town: &'a Town,
}

impl Script<'_> {
    /// A person of the town who bears every one of these tags, and none of those.
    pub(crate) async fn person(&self, with: &[&str], without: &[&str]) -> Value {
        self.people(with, without).await.swap_remove(0)
    }

    /// Everybody of the town who does; there is somebody.
    pub(crate) async fn people(&self, with: &[&str], without: &[&str]) -> Vec<Value> {
        let people = self.ask_town(Method::GET, "/control/persons", None).await;
        let tags =
            |person: &Value| -> Vec<String> { serde_json::from_value(person["tags"].clone()).unwrap() };
        let fits = |person: &&Value| {
            let tags = tags(person);
            with.iter().all(|tag| tags.iter().any(|one| one == tag))
                && !without.iter().any(|tag| tags.iter().any(|one| one == tag))
        };
        let people: Vec<_> = people.as_array().unwrap().iter().filter(fits).cloned().collect();
        assert!(!people.is_empty(), "nobody is {with:?}");
        people
    }

    /// What `person` does with the BankID app.
    pub(crate) async fn phone(&self, person: &Value, order: (&str, &str), answer: &str) -> Value {
        let body = json!({ "person": person["id"], order.0: order.1, "answer": answer });
        self.ask_town(Method::POST, "/control/phone", Some(body)).await
    }

    /// The letters to an address, once there are at least `count`.
    pub(crate) async fn letters(&self, to: &str, count: usize) -> Vec<Value> {
        for _ in 0..60 {
            let letters = self.ask_town(Method::GET, &format!("/control/mail?to={to}&wait=1"), None).await;
            let letters = letters.as_array().unwrap().clone();
            if letters.len() >= count {
                return letters;
            }
        }
        panic!("{count} letters to {to} never came");
    }

    /// Orders a fault of the town.
    pub(crate) async fn fault(&self, system: &str, fault: &str) {
        self.ask_town(Method::POST, "/control/faults", Some(json!({ "system": system, "fault": fault })))
            .await;
    }

    /// Asks the town's control interface.
    pub(crate) async fn ask_town(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = reqwest::Client::new().request(method, format!("{}{path}", self.town.control()));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }
}

impl Script<'_> {
    /// Chooses BankID on another device at `path`, lets somebody's phone read the code, and goes on until let in
    /// or turned away. Answers the page that comes of it.
    pub(crate) async fn identify(&self, browser: &mut Browser, path: &str, person: &Value) -> Page {
        let choice = browser.open(path).await;
        browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
        let text = self.qr(browser).await;
        let answer = self.phone(person, ("qr", &text), "approve").await;
        assert_eq!(answer["status"], "completed", "{answer}");
        self.go_on(browser, path).await
    }

    /// The text of the code that is on the screen now.
    pub(crate) async fn qr(&self, browser: &mut Browser) -> String {
        let image = browser.get("/bankid/qr.svg").await;
        assert_eq!(image.status, StatusCode::OK, "no code to scan");
        image.text.split("<metadata>").nth(1).unwrap().split("</metadata>").next().unwrap().to_owned()
    }

    /// Presses "Fortsätt" until BankID's answer has come.
    pub(crate) async fn go_on(&self, browser: &mut Browser, choice: &str) -> Page {
        let waiting = match choice.split('?').next().unwrap() {
            "/logga-in" => "/logga-in/bankid",
            _ => choice,
        };
        for _ in 0..100 {
            let page = browser.open(waiting).await;
            if page.forms("sign_in/go-on").is_empty() {
                return page;
            }
            let page = browser.submit(&page, "sign_in/go-on", &[]).await;
            if page.forms("sign_in/go-on").is_empty() {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("BankID's answer never came");
    }

    /// From the children to "Kontrollera dina svar".
    pub(crate) async fn fill_in(&self, browser: &mut Browser, children: &Page, email: &str) -> Page {
        let page = browser.submit(children, "application/confirm-children", &[]).await;
        let field = page.form("application/give-email").named("email");
        let page = browser.submit(&page, "application/give-email", &[(&field, email)]).await;
        let letters = self.letters(email, 1).await;
        let code = digits(letters.last().unwrap()["text"].as_str().unwrap());
        let field = page.form("application/confirm-code").named("code");
        browser.submit(&page, "application/confirm-code", &[(&field, &code)]).await
    }

    /// The whole way to an account; answers the receipt.
    pub(crate) async fn open_account(&self, browser: &mut Browser, person: &Value, email: &str) -> Page {
        let children = self.identify(browser, "/ansokan/legitimera", person).await;
        assert_eq!(children.path, "/ansokan/barn", "{}", children.text);
        let check = self.fill_in(browser, &children, email).await;
        assert_eq!(check.path, "/ansokan/kontrollera", "{}", check.text);
        let receipt = browser.submit(&check, "application/complete", &[]).await;
        assert_eq!(receipt.path, "/ansokan/klart", "{}", receipt.text);
        receipt
    }
}

impl browser::Form {
    /// The name of the field that has `part` in it.
    pub(crate) fn named(&self, part: &str) -> String {
        let names = self.fields.iter().map(|(name, _)| name);
        names
            .clone()
            .find(|name| name.contains(part))
            .unwrap_or_else(|| panic!("no {part} among {:?}", names))
            .clone()
    }
}

/// The only run of exactly six digits.
pub(crate) fn digits(text: &str) -> String {
    let runs: Vec<_> = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 6).collect();
    assert_eq!(runs.len(), 1, "{text}");
    runs[0].to_owned()
}
