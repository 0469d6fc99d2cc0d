//! Paging: a list is fixed when its first page is asked for; its rows are shown as they are when their page is.

use crate::lock;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// How many tokens are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// What is added to each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Show {
    pub(super) expand: Vec<String>,
    pub(super) names: bool,
}

/// A list under way.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    /// The resource's path: a token is good only there.
    pub(super) path: &'static str,
    pub(super) ids: Arc<[Uuid]>,
    pub(super) next: usize,
    pub(super) show: Show,
}

/// The lists under way, by token. A token can be used again: a client that lost an answer asks once more.
#[derive(Debug, Default)]
pub(super) struct Cursors(Mutex<(HashMap<String, Cursor>, VecDeque<String>)>);

impl Cursors {
    /// Remembers a list and gives the token for its next page.
    pub(super) fn keep(&self, cursor: Cursor) -> String {
        let token = hex::encode(rand::random::<[u8; 16]>());
        let mut kept = lock(&self.0);
        if kept.1.len() == REMEMBERED
            && let Some(oldest) = kept.1.pop_front()
        {
            kept.0.remove(&oldest);
        }
        kept.0.insert(token.clone(), cursor);
        kept.1.push_back(token.clone());
        token
    }

    /// The list that `token` goes on with.
    pub(super) fn find(&self, path: &str, token: &str) -> Option<Cursor> {
        lock(&self.0).0.get(token).filter(|cursor| cursor.path == path).cloned()
    }
}
