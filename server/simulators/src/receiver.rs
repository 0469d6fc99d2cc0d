//! Somebody whom the town tells things, for tests: takes down every letter and answers as it was told to.

use crate::lock;
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};

/// A letter that came.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

pub(crate) struct Receiver {
    at: String,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    letters: watch::Sender<Vec<Letter>>,
    answers: Mutex<VecDeque<u16>>,
}

impl Receiver {
    /// Listens on any free port.
    pub(crate) async fn open() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(take).with_state(desk.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { at, desk }
    }

    /// An address here, with what stands before the host (`user:password@`) and the path.
    pub(crate) fn url(&self, user: &str, path: &str) -> String {
        format!("http://{user}{}{path}", self.at)
    }

    /// Answers the next letters so; after them with 200.
    pub(crate) fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        lock(&self.desk.answers).extend(statuses);
    }

    /// The first letters, once there are so many.
    pub(crate) async fn letters(&self, count: usize) -> Vec<Letter> {
        let mut letters = self.desk.letters.subscribe();
        let there = tokio::time::timeout(Duration::from_secs(20), letters.wait_for(|all| all.len() >= count));
        let there = there.await.unwrap_or_else(|_| panic!("{count} letters never came"));
        there.unwrap().clone()
    }

    /// How many letters there are now.
    pub(crate) fn count(&self) -> usize {
        self.desk.letters.borrow().len()
    }
}

async fn take(State(desk): State<Arc<Desk>>, request: Request) -> StatusCode {
    let path = request.uri().to_string();
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization.map(|value| value.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let status = lock(&desk.answers).pop_front().unwrap_or(200);
    desk.letters.send_modify(|all| all.push(Letter { path, authorization, body }));
    StatusCode::from_u16(status).unwrap()
}
