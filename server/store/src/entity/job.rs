//! A piece of durable work. Ids only in the payload, never a person.

use sea_orm::entity::prelude::*;

/// One row of `job`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The job's name, such as `account.welcome`.
    pub name: String,
    /// The line it leaves the house by, such as `mail`; empty where it leaves by none.
    pub line: String,
    /// The job as JSON.
    pub payload: String,
    /// Higher goes first.
    pub priority: i64,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// How often it was begun.
    pub tries: i64,
    /// How often it may be.
    pub max_tries: i64,
    /// When it was to run first. A try that comes to nothing does not move it.
    pub wanted_at: i64,
    /// Not before this time.
    pub due_at: i64,
    /// Not after this time.
    pub deadline_at: Option<i64>,
    /// When another worker may take it.
    pub lease_until: Option<i64>,
    /// The worker that has it.
    pub lease_owner: Option<String>,
    /// Code of the last setback, never a text from outside.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: i64,
    /// When it was done or given up.
    pub finished_at: Option<i64>,
}

super::plain!("job");
