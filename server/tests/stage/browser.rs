//! A browser without script: it keeps cookies, sends forms as they stand in the page, and follows redirects by hand.

use super::*;

/// A browser and its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    client: reqwest::Client,
    pub(crate) base: String,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) headers: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) path: String,
}

/// A form of a page: where it goes and what it would send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let headers = [
            ("accept", "text/html,application/xhtml+xml"),
            ("accept-language", "sv"),
            ("user-agent", "Test/1.0"),
        ];
        Self {
            client,
            base: base.to_owned(),
            cookies: BTreeMap::new(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }

    /// One request, without following a redirect.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        more: &[(&str, &str)],
    ) -> Page {
        self.try_send(method, path, body, more).await.expect("no answer")
    }

    /// One request that perhaps nobody answers.
    async fn try_send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<String>,
        more: &[(&str, &str)],
    ) -> Option<Page> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            if !more.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                request = request.header(name, value);
            }
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let line: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", line.join("; "));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = request.send().await.ok()?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        for line in headers.get_all("set-cookie") {
            self.keep(line.to_str().unwrap());
        }
        Some(Page { status, headers, text: answer.text().await.ok()?, path: path.to_owned() })
    }

    fn keep(&mut self, line: &str) {
        let (name, rest) = line.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        if line.contains("Max-Age=0") || value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Follows redirects of an answer to the page they lead to.
    pub(crate) async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(to) = page.location() else { return page };
            page = self.get(&to).await;
        }
        panic!("led around in circles");
    }

    /// A page, wherever it leads.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// Posts a form as it stands, with these fields changed or added, without following.
    pub(crate) async fn post(&mut self, form: &Form, changes: &[(&str, &str)]) -> Page {
        self.try_post(form, changes).await.expect("no answer")
    }

    /// As `post`, where the answer may never come.
    pub(crate) async fn try_post(&mut self, form: &Form, changes: &[(&str, &str)]) -> Option<Page> {
        let mut fields = form.fields.clone();
        for (name, value) in changes {
            fields.retain(|(other, _)| other != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let body = encoded(&fields);
        self.try_send(Method::POST, &form.action, Some(body), &[]).await
    }

    /// Posts a form of `page` and goes where that leads.
    pub(crate) async fn submit(&mut self, page: &Page, action: &str, changes: &[(&str, &str)]) -> Page {
        let answer = self.post(&page.form(action), changes).await;
        self.follow(answer).await
    }
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

impl Page {
    /// Where the answer leads, as a path of ours.
    pub(crate) fn location(&self) -> Option<String> {
        let to = self.headers.get("location")?.to_str().unwrap();
        assert!(to.starts_with('/') && !to.starts_with("//"), "led out of the house to {to}");
        assert!(!to.contains("__err"), "an error travels in an address: {to}");
        Some(to.to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn has(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// The forms that go to a server function whose path holds `action`.
    pub(crate) fn forms(&self, action: &str) -> Vec<Form> {
        self.text
            .split("<form ")
            .skip(1)
            .map(|rest| rest.split("</form>").next().unwrap())
            .filter_map(|form| {
                let (head, body) = form.split_once('>')?;
                let to = attribute(head, "action")?;
                let fields = body.split('<').filter(|tag| tag.starts_with("input ")).filter_map(|tag| {
                    let tag = tag.split('>').next()?;
                    let kind = attribute(tag, "type").unwrap_or_default();
                    let ticked = tag.contains(" checked");
                    if matches!(kind.as_str(), "checkbox" | "radio") && !ticked {
                        return None;
                    }
                    Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
                });
                Some(Form { action: to, fields: fields.collect() })
            })
            .filter(|form| form.action.contains(action))
            .collect()
    }

    /// The first of those forms.
    pub(crate) fn form(&self, action: &str) -> Form {
        self.forms(action).into_iter().next().unwrap_or_else(|| {
            panic!("{} ({}) has no form for {action}:\n{}", self.path, self.status, self.text)
        })
    }
}

/// An attribute of a tag, unescaped.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!("{name}=\""))?.1.split('"').next()?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}
