//! A transaction.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_orm_migration::async_trait::async_trait;
use tokio::sync::Notify;

use crate::{Error, Result};

/// An open transaction: SeaORM's queries run on it (`.exec(&tx)`), and [`Tx::commit`] ends it. Dropped without a commit
/// it is rolled back. Clones are the same transaction.
#[derive(Clone)]
pub struct Tx {
    inner: Arc<DatabaseTransaction>,
    ring: Arc<AtomicBool>,
    bell: Arc<Notify>,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, bell: Arc<Notify>) -> Self {
        Self { inner: Arc::new(inner), ring: Arc::default(), bell }
    }

    pub(crate) fn inner(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Rings [`crate::Store::bell`] once this transaction is committed, and not before: who listens finds the rows.
    pub fn ring_after_commit(&self) {
        self.ring.store(true, Ordering::Relaxed);
    }

    /// Makes it so. When this returns an error nothing was changed, except that after [`Error::Busy`] on PostgreSQL the
    /// answer may have been lost on the way.
    pub async fn commit(self) -> Result<()> {
        let inner = Arc::into_inner(self.inner)
            .ok_or_else(|| Error::Broken("the transaction is still in use elsewhere".into()))?;
        inner.commit().await?;
        if self.ring.load(Ordering::Relaxed) {
            self.bell.notify_waiters();
        }
        Ok(())
    }

    /// Undoes it. A plain drop does the same, a little later.
    pub async fn rollback(self) -> Result<()> {
        match Arc::into_inner(self.inner) {
            Some(inner) => Ok(inner.rollback().await?),
            None => Err(Error::Broken("the transaction is still in use elsewhere".into())),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}
