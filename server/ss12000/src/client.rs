//! Reading a kind of objects, page by page.

use std::fmt;

use futures::{Stream, stream};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    BadSetting, Code, Error, Group, Organisation, Person, Placement, Result, Settings, door::Door, json,
};

/// The most ids in one lookup; whoever finds that too many answers 503, and is asked for less.
const IDS_A_LOOKUP: usize = 200;

/// The pupil register. One for the whole house; it keeps its connections and its token.
#[derive(Debug)]
pub struct Client(pub(crate) Door);

/// A kind of objects that can be read.
pub trait Resource: json::Row {
    /// The path of its list.
    const PATH: &'static str;
    /// What is asked for beside each object in a lookup.
    const EXPAND: Option<&'static str> = None;
}

impl Resource for Organisation {
    const PATH: &'static str = "organisations";
}

impl Resource for Group {
    const PATH: &'static str = "groups";
}

impl Resource for Person {
    const PATH: &'static str = "persons";
}

impl Resource for Placement {
    const PATH: &'static str = "placements";
}

/// Where to read. A page token goes with no filter (SS 12000, common parameters), so it is one or the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// From the start: everything.
    #[default]
    Start,
    /// From the start: only what changed after this moment, by `meta.modified`.
    ChangedAfter(Timestamp),
    /// Where an earlier page ended.
    Token(PageToken),
}

/// Where a page ended; means nothing to anybody but the server that gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct PageToken(String);

impl PageToken {
    /// Keeps a token that the server gave, now or earlier.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token, to go on later.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageToken(..)")
    }
}

/// Some rows of a kind.
#[derive(Clone, Debug)]
pub struct Page<R> {
    /// The rows that could be read.
    pub rows: Vec<R>,
    /// How many could not.
    pub unreadable: usize,
    /// Where to go on; none on the last page.
    pub next: Option<PageToken>,
}

impl Client {
    /// Reads certificates and token and makes ready; calls nobody.
    ///
    /// # Errors
    /// [`BadSetting`] for an address that is not https, or a file that cannot be used.
    pub fn new(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        Door::open(settings).map(Self)
    }

    /// Reads one page. Safe to repeat.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where the server does not have the kind, [`Code::PageLost`] where the token is too old, and
    /// the other errors of a call.
    pub async fn page<R: Resource>(&self, at: &At) -> Result<Page<R>> {
        let query = match at {
            At::Start => None,
            At::ChangedAfter(moment) => Some(("meta.modified.after", moment.to_string())),
            At::Token(token) => Some(("pageToken", token.as_str().to_owned())),
        };
        let answer = self.0.get(R::PATH, query).await.map_err(|error| match (error, at) {
            (Error::Said(Code::Status(400, _)), At::Token(_)) => Error::Said(Code::PageLost),
            (error, _) => error,
        })?;
        json::page(R::PATH, &answer)
    }

    /// Reads page after page, from `at` to the last. Ends with the first error.
    pub fn pages<R: Resource>(&self, at: At) -> impl Stream<Item = Result<Page<R>>> + Send + use<'_, R> {
        stream::try_unfold(Some(at), async move |at| {
            let Some(at) = at else { return Ok(None) };
            let page = self.page::<R>(&at).await?;
            let next = page.next.clone().map(At::Token);
            if next.as_ref() == Some(&at) {
                return Err(Error::Garbled("a page that leads to itself"));
            }
            Ok(Some((page, next)))
        })
    }

    /// The objects with these ids, in any order; what the register does not have is missing. Safe to repeat.
    ///
    /// # Errors
    /// The errors of a call. A server without lookups is asked for one object after another.
    pub async fn look_up<R: Resource>(&self, ids: &[Uuid]) -> Result<Vec<R>> {
        let mut found = Vec::with_capacity(ids.len());
        let mut chunks: Vec<&[Uuid]> = ids.chunks(IDS_A_LOOKUP).rev().collect();
        while let Some(chunk) = chunks.pop() {
            match self.look_up_once(chunk).await {
                Ok(rows) => found.extend(rows),
                Err(Error::Said(Code::NotOffered)) => {
                    for id in chunk {
                        found.extend(self.one(*id).await?);
                    }
                }
                // Too large an answer for this server (SS 12000, lookup).
                Err(Error::Said(Code::Busy(_))) if chunk.len() > 1 => {
                    let (first, second) = chunk.split_at(chunk.len() / 2);
                    chunks.extend([second, first]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn look_up_once<R: Resource>(&self, ids: &[Uuid]) -> Result<Vec<R>> {
        #[derive(Serialize)]
        struct Keys<'k> {
            ids: &'k [Uuid],
        }
        let path = format!("{}/lookup", R::PATH);
        let answer = self.0.look_up(&path, &expand::<R>(), &Keys { ids }).await?;
        Ok(json::page::<R>(R::PATH, &answer)?.rows)
    }

    /// One object; none where the register does not have it.
    async fn one<R: Resource>(&self, id: Uuid) -> Result<Option<R>> {
        let path = format!("{}/{id}", R::PATH);
        match self.0.look(&path, &expand::<R>()).await {
            Ok(answer) => json::one(&answer),
            Err(Error::Said(Code::NotOffered)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.0
    }

    /// Whether the register is there and knows our token: asks for one organisation.
    pub async fn probe(&self) -> Result<()> {
        self.0.few(Organisation::PATH, 1).await.map(drop)
    }
}

fn expand<R: Resource>() -> Vec<(&'static str, &'static str)> {
    R::EXPAND.into_iter().map(|what| ("expand", what)).collect()
}
