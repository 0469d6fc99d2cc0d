//! By hand. It knows its rows by heart: it looks for nothing, leases nothing and retries nothing.

use std::sync::{Arc, Mutex};

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use store::{Store, entity::job};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{HANDS, JOBS, Outside, TOGETHER, ours};

pub(crate) async fn run(store: &Store) {
    let outside = Outside::open().await;
    let mut ids = Vec::with_capacity(JOBS);
    for _ in 0..JOBS / TOGETHER {
        let ten: Vec<String> = (0..TOGETHER).map(|_| Uuid::new_v4().to_string()).collect();
        ids.extend(ten.iter().cloned());
        let insert = store.change(|tx| async move {
            job::Entity::insert_many(ten.into_iter().map(row)).exec_without_returning(&tx).await?;
            Ok::<_, store::Error>(())
        });
        insert.await.unwrap();
    }
    let (ids, mut hands) = (Arc::new(Mutex::new(ids)), JoinSet::new());
    for _ in 0..HANDS {
        let (ids, store, outside) = (Arc::clone(&ids), store.clone(), outside.clone());
        hands.spawn(async move {
            loop {
                let Some(id) = ids.lock().unwrap().pop() else { return };
                mark(&store, "UPDATE job SET state = 'running', tries = 1 WHERE id = $1", &id).await;
                outside.send(id.parse().unwrap()).await.unwrap();
                mark(&store, "UPDATE job SET state = 'done', finished_at = 0 WHERE id = $1", &id).await;
            }
        });
    }
    while let Some(hand) = hands.join_next().await {
        hand.unwrap();
    }
    assert_eq!(ours::done(store).await, JOBS as u64);
}

fn row(id: String) -> job::ActiveModel {
    job::ActiveModel {
        payload: Set(format!("\"{id}\"")),
        id: Set(id),
        name: Set("bench.letter".into()),
        line: Set("mail".into()),
        priority: Set(0),
        state: Set("waiting".into()),
        tries: Set(0),
        max_tries: Set(12),
        wanted_at: Set(0),
        due_at: Set(0),
        deadline_at: Set(None),
        lease_until: Set(None),
        lease_owner: Set(None),
        last_error: Set(None),
        created_at: Set(0),
        finished_at: Set(None),
    }
}

async fn mark(store: &Store, statement: &str, id: &str) {
    let statement = Statement::from_sql_and_values(store.backend(), statement, [id.into()]);
    store.writer().execute_raw(statement).await.unwrap();
}
