//! The one call: who are these?

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::PersonId;
use uuid::Uuid;

use crate::{BadSetting, Code, Error, Post, Result, Settings, door::Door, json};

/// The most numbers the service takes in one call.
pub const IDS_A_CALL: usize = 900;

/// The population register. One for the whole house; it keeps its connections and its token.
#[derive(Debug)]
pub struct Client {
    door: Door,
    ordered: json::Ordered,
}

/// What the register knows of the numbers that were asked for.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Those it knows.
    pub posts: Vec<Post>,
    /// Those it does not know.
    pub missing: Vec<PersonId>,
    /// The calls it took, for the log.
    pub correlations: Vec<Uuid>,
}

impl Answer {
    /// The post kept under `number`.
    pub fn post(&self, number: &PersonId) -> Option<&Post> {
        self.posts.iter().find(|post| post.number == *number)
    }
}

impl Client {
    /// Reads certificates and secrets and makes ready; calls nobody.
    ///
    /// # Errors
    /// [`BadSetting`] for an address that is not https, or a file that cannot be used.
    pub fn new(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let ordered = json::Ordered::new(&settings.organisation, &settings.order)?;
        Ok(Self { door: Door::open(settings)?, ordered })
    }

    /// Looks `numbers` up, up to 900 in a call; asks nobody for an empty list. Safe to repeat.
    ///
    /// # Errors
    /// Any [`Error`]; also when only one of the numbers could not be answered, because half an answer decides nothing.
    pub async fn lookup(&self, numbers: &[PersonId]) -> Result<Answer> {
        let asked: Vec<&PersonId> = numbers.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut whole = Answer::default();
        for chunk in asked.chunks(IDS_A_CALL) {
            let correlation = Uuid::new_v4();
            let answer = self.door.post("hamta", correlation, &self.ordered.request(chunk)).await?;
            let (posts, missing) = json::answer(&answer, chunk, correlation)?;
            whole.posts.extend(posts);
            whole.missing.extend(missing);
            whole.correlations.push(correlation);
        }
        Ok(whole)
    }

    /// Whether the register is there and lets us in. A lookup of nobody: what it thinks of an empty list is its own
    /// matter, as long as it is the register that says so.
    pub async fn probe(&self) -> Result<()> {
        match self.door.post("hamta", Uuid::new_v4(), &self.ordered.request(&[])).await {
            Ok(_) | Err(Error::Said(Code::Status(400 | 422))) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// When the organisation's certificate ends.
    pub fn expires(&self) -> Timestamp {
        self.door.expires()
    }
}
