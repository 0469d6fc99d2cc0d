use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, DbBackend, PaginatorTrait, QueryFilter, QueryOrder};
use store::{
    Store,
    entity::{self, audit as table},
    testing::{self, TestStore},
};

use super::*;

type Asked = Result<(), Box<dyn std::error::Error>>;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn row(n: i64) -> Row {
    Row {
        at: at(n),
        actor: Some(Uuid::from_u128(1)),
        actor_kind: ActorKind::Guardian,
        level: Some(Assurance::High),
        session: Some([7; 8]),
        school: None,
        action: Deed::SawChild,
        object: Some(("account", Uuid::from_u128(2))),
        child: Some(Uuid::from_u128(n as u128)),
        outcome: "done",
        reason: None,
        request: Uuid::from_u128(4),
        address: Some("192.0.2.1".parse().unwrap()),
    }
}

/// Writes a row of the log, in a transaction of its own; answers its number.
async fn note(store: &Store, keys: &KeyRing, n: i64) -> crate::Result<i64> {
    let keys = keys.clone();
    store
        .change(move |tx| async move {
            write(&tx, &keys, vec![row(n)]).await?;
            Ok(table::Entity::find().order_by_desc(table::Column::Seq).one(&tx).await?.unwrap().seq)
        })
        .await
}

struct House {
    store: TestStore,
    keys: KeyRing,
}

/// Nine rows under two seals and one without.
async fn house_on(store: TestStore) -> House {
    let keys = KeyRing::fleeting().unwrap();
    for n in 1..=10 {
        assert_eq!(note(&store, &keys, n).await.unwrap(), n);
        if n == 4 || n == 9 {
            assert_eq!(seal(&store, &keys, at(n)).await.unwrap(), 1);
        }
    }
    House { store, keys }
}

/// One on each engine.
async fn houses() -> Vec<House> {
    let mut houses = Vec::new();
    for store in testing::engines().await {
        houses.push(house_on(store).await);
    }
    houses
}

impl House {
    async fn verified(&self, outside: &[OutsideSeal]) -> Report {
        verify(&self.store, &self.keys, Span::default(), outside).await.unwrap()
    }

    async fn first_bad(&self) -> Option<Bad> {
        self.verified(&[]).await.first_bad
    }

    /// What a thief of the database would do: the triggers go first.
    async fn tamper(&self, deed: &str) -> Asked {
        let triggers: &[&str] = match self.store.backend() {
            DbBackend::Postgres => &["DROP TRIGGER %_append_only ON %"],
            _ => &["DROP TRIGGER %_no_update", "DROP TRIGGER %_no_delete", "DROP TRIGGER %_no_replace"],
        };
        for table in ["audit", "seal"] {
            for drop in triggers {
                self.store.writer().execute_unprepared(&drop.replace('%', table)).await?;
            }
        }
        self.store.writer().execute_unprepared(deed).await?;
        Ok(())
    }

    async fn seals(&self) -> Vec<OutsideSeal> {
        let seals = entity::seal::Entity::find().order_by_asc(entity::seal::Column::N);
        let seals = seals.all(self.store.reader()).await.unwrap();
        seals.into_iter().map(|seal| OutsideSeal { n: seal.n, mac: seal.mac }).collect()
    }
}

#[tokio::test]
async fn a_log_nobody_touched_is_whole() {
    for house in houses().await {
        let outside = house.seals().await;
        let report = house.verified(&outside).await;
        assert!(report.whole(), "{:?}", report.first_bad);
        assert_eq!((report.rows, report.seals, report.unsealed, report.gaps), (10, 2, 1, 0));
        assert_eq!(report.last_seal.unwrap().parse::<OutsideSeal>().unwrap(), outside[1]);
        assert_eq!(seal(&house.store, &house.keys, at(99)).await.unwrap(), 1);
        assert_eq!(seal(&house.store, &house.keys, at(99)).await.unwrap(), 0, "nothing is left to seal");
        assert_eq!(house.verified(&outside).await.unsealed, 0);
    }
}

#[tokio::test]
async fn an_empty_log_is_whole_and_gets_no_seal() {
    for store in testing::engines().await {
        let keys = KeyRing::fleeting().unwrap();
        assert_eq!(seal(&store, &keys, at(0)).await.unwrap(), 0);
        assert_eq!(verify(&store, &keys, Span::default(), &[]).await.unwrap(), Report::default());
    }
}

#[tokio::test]
async fn every_changed_field_is_found() -> Asked {
    let fields: BTreeMap<&str, &str> = [
        ("at", "at + 1"),
        ("actor", "NULL"),
        ("actor_kind", "'house'"),
        ("level", "'low'"),
        ("session", "NULL"),
        ("school", "'s'"),
        ("action", "'account.open'"),
        ("object_kind", "'pupil'"),
        ("object_id", "'x'"),
        ("child", "'x'"),
        ("outcome", "'refused'"),
        ("reason", "'x'"),
        ("request", "'x'"),
        ("address_tag", "NULL"),
        ("build", "'x'"),
        ("mac", "session"),
    ]
    .into();
    let columns = <table::Column as sea_orm::Iterable>::iter().count();
    assert_eq!(fields.len() + 2, columns, "seq and key_version have tests of their own");
    for (field, value) in fields {
        let house = house_on(testing::sqlite().await).await;
        house.tamper(&format!("UPDATE audit SET {field} = {value} WHERE seq = 6")).await?;
        assert_eq!(house.first_bad().await, Some(Bad::RowChanged { seq: 6 }), "{field}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_done_to_the_rows_is_found_and_the_first_one_named() -> Asked {
    let deeds = [
        ("UPDATE audit SET child = 'x' WHERE seq IN (3, 7)", Bad::RowChanged { seq: 3 }),
        ("UPDATE audit SET child = 'x' WHERE seq = 10", Bad::RowChanged { seq: 10 }),
        ("DELETE FROM audit WHERE seq = 1", Bad::RowMissing { seq: 1 }),
        ("DELETE FROM audit WHERE seq = 6", Bad::RowMissing { seq: 6 }),
        ("DELETE FROM audit WHERE seq = 9", Bad::RowMissing { seq: 9 }),
        ("DELETE FROM audit WHERE seq > 4", Bad::RowMissing { seq: 5 }),
        ("UPDATE audit SET seq = 11 WHERE seq = 6", Bad::RowMissing { seq: 6 }),
        (
            "UPDATE audit SET seq = -seq; UPDATE audit SET seq = CASE seq WHEN -2 THEN 3 WHEN -3 THEN 2 ELSE -seq END",
            Bad::RowChanged { seq: 2 },
        ),
        (
            "UPDATE audit SET seq = 0 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5",
            Bad::RowChanged { seq: 4 },
        ),
        ("UPDATE audit SET key_version = 9 WHERE seq = 6", Bad::KeyMissing { version: 9 }),
        (
            "INSERT INTO audit SELECT 11, at, actor, actor_kind, level, session, school, action, object_kind, object_id, child, \
            outcome, reason, request, address_tag, build, key_version, mac FROM audit WHERE seq = 10",
            Bad::RowChanged { seq: 11 },
        ),
    ];
    for store in testing::engines().await {
        for (deed, bad) in &deeds {
            let house = house_on(store.another().await).await;
            // Only the log itself is tried here.
            house.store.writer().execute_unprepared("DELETE FROM audit_address").await?;
            house.tamper(deed).await?;
            assert_eq!(house.first_bad().await, Some(bad.clone()), "{:?}: {deed}", house.store.backend());
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_was_done_to_the_seals_is_found() -> Asked {
    let deeds = [
        ("UPDATE seal SET at = at + 1 WHERE n = 1", Bad::SealChanged { n: 1 }),
        ("UPDATE seal SET digest = mac WHERE n = 2", Bad::SealChanged { n: 2 }),
        ("UPDATE seal SET gaps = '6' WHERE n = 2", Bad::SealChanged { n: 2 }),
        ("UPDATE seal SET last_seq = 8 WHERE n = 2", Bad::SealChanged { n: 2 }),
        ("UPDATE seal SET rows = 4 WHERE n = 2", Bad::SealChanged { n: 2 }),
        ("DELETE FROM seal WHERE n = 1", Bad::SealMissing { n: 1 }),
        ("DELETE FROM seal WHERE n = 1; UPDATE seal SET n = 1", Bad::SealChanged { n: 1 }),
        ("UPDATE seal SET key_version = 9 WHERE n = 2", Bad::KeyMissing { version: 9 }),
    ];
    for store in testing::engines().await {
        for (deed, bad) in &deeds {
            let house = house_on(store.another().await).await;
            house.tamper(deed).await?;
            assert_eq!(house.first_bad().await, Some(bad.clone()), "{:?}: {deed}", house.store.backend());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_cut_tail_is_found_against_the_seal_that_left_the_house() -> Asked {
    for house in houses().await {
        let outside = house.seals().await;
        house.store.writer().execute_unprepared("DELETE FROM audit_address").await?;
        house.tamper("DELETE FROM audit WHERE seq > 4; DELETE FROM seal WHERE n > 1").await?;
        assert_eq!(house.first_bad().await, None, "by itself it looks like an old log");
        assert_eq!(house.verified(&outside).await.first_bad, Some(Bad::SealMissing { n: 2 }));
        assert_eq!(house.verified(&outside[..1]).await.first_bad, None);
    }
    Ok(())
}

/// Even one who has the keys cannot write the history anew once a seal has left the house.
#[tokio::test]
async fn a_history_written_anew_with_the_keys_is_found_against_the_outside_seals() -> Asked {
    for house in houses().await {
        let outside = house.seals().await;
        house.store.writer().execute_unprepared("DELETE FROM audit_address").await?;
        house.tamper("DELETE FROM audit WHERE seq > 4; DELETE FROM seal WHERE n > 1").await?;
        if house.store.backend() == DbBackend::Postgres {
            house.store.writer().execute_unprepared("SELECT setval('audit_number', 4)").await?;
        }
        for n in 5..=9 {
            note(&house.store, &house.keys, n + 100).await?;
        }
        seal(&house.store, &house.keys, at(9)).await?;
        assert_eq!(house.first_bad().await, None);
        assert_eq!(house.verified(&outside).await.first_bad, Some(Bad::SealReplaced { n: 2 }));
    }
    Ok(())
}

#[tokio::test]
async fn an_old_database_put_back_is_found() -> Asked {
    let house = house_on(testing::sqlite().await).await;
    let old = house.store.folder().join("old.db");
    let copy = format!("VACUUM INTO '{}'", old.display());
    house.store.writer().execute_unprepared(&copy).await?;
    for n in 11..=12 {
        note(&house.store, &house.keys, n).await?;
    }
    seal(&house.store, &house.keys, at(12)).await?;
    let outside = house.seals().await;

    let restored = store::connect(&store::Settings::new(format!("sqlite://{}", old.display()))).await?;
    let report = verify(&restored, &house.keys, Span::default(), &outside).await?;
    assert_eq!(report.first_bad, Some(Bad::SealMissing { n: 3 }));
    Ok(())
}

#[tokio::test]
async fn a_log_signed_with_another_key_is_found() -> Asked {
    for house in houses().await {
        let other = KeyRing::fleeting()?;
        let report = verify(&house.store, &other, Span::default(), &[]).await?;
        assert_eq!(report.first_bad, Some(Bad::SealChanged { n: 1 }));
    }
    Ok(())
}

#[tokio::test]
async fn only_the_rows_asked_for_are_read() -> Asked {
    for house in houses().await {
        house.tamper("UPDATE audit SET child = 'x' WHERE seq = 7").await?;
        let read = |from, to| {
            let house = &house;
            async move { verify(&house.store, &house.keys, Span { from, to }, &[]).await }
        };
        assert_eq!(read(None, Some(4)).await?.first_bad, None);
        assert_eq!(read(Some(10), None).await?.first_bad, None);
        assert_eq!(
            read(Some(5), Some(5)).await?.first_bad,
            Some(Bad::RowChanged { seq: 7 }),
            "whole batches are read"
        );
        assert_eq!(read(None, Some(4)).await?.rows, 4);
    }
    Ok(())
}

#[tokio::test]
async fn an_address_may_go_but_not_be_changed() -> Asked {
    for house in houses().await {
        house.store.writer().execute_unprepared("DELETE FROM audit_address WHERE seq = 3").await?;
        assert_eq!(house.first_bad().await, None, "it is kept for 90 days only");
        let moved = "UPDATE audit_address SET address = (SELECT address FROM audit_address WHERE seq = 5) WHERE seq = 6";
        house.store.writer().execute_unprepared(moved).await?;
        assert_eq!(house.first_bad().await, Some(Bad::AddressChanged { seq: 6 }));
    }
    Ok(())
}

#[tokio::test]
async fn a_rolled_back_deed_leaves_no_row_and_its_number_is_attested() -> Asked {
    for house in houses().await {
        let keys = house.keys.clone();
        let undone: crate::Result<()> = house
            .store
            .change(move |tx| async move {
                write(&tx, &keys, vec![row(11)]).await?;
                Err(crate::Error::NotFound)
            })
            .await;
        assert!(undone.is_err());
        let next = note(&house.store, &house.keys, 12).await?;
        seal(&house.store, &house.keys, at(12)).await?;
        let report = house.verified(&[]).await;
        assert!(report.whole(), "{:?}", report.first_bad);
        match house.store.backend() {
            DbBackend::Postgres => assert_eq!((next, report.gaps), (12, 1)),
            _ => assert_eq!((next, report.gaps), (11, 0)),
        }
        if report.gaps == 1 {
            let forged = "INSERT INTO audit SELECT 11, at, actor, actor_kind, level, session, school, action, object_kind, \
                object_id, child, outcome, reason, request, address_tag, build, key_version, mac FROM audit WHERE seq = 12";
            house.tamper(forged).await?;
            assert_eq!(house.first_bad().await, Some(Bad::RowInserted { seq: 11 }));
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_sealer_waits_for_a_number_that_is_still_on_its_way() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    let keys = KeyRing::fleeting()?;
    let slow = store.begin().await?;
    write(&slow, &keys, vec![row(1)]).await?;
    note(&store, &keys, 2).await?;
    let sealing = tokio::spawn({
        let (store, keys) = ((*store).clone(), keys.clone());
        async move { seal(&store, &keys, at(2)).await }
    });
    // It is seen waiting for the lock before the slow one commits.
    let question = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    loop {
        let waiting = slow.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
        if waiting.ok_or("no answer")?.try_get::<i64>("", "n")? == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    slow.commit().await?;
    assert_eq!(sealing.await??, 1);
    let report = verify(&store, &keys, Span::default(), &[]).await?;
    assert_eq!((report.rows, report.unsealed, report.gaps, report.first_bad), (2, 0, 0, None));
    Ok(())
}

#[tokio::test]
async fn sealers_of_many_replicas_make_one_chain() -> Asked {
    for house in houses().await {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (store, keys) = ((*house.store).clone(), house.keys.clone());
            tasks.spawn(async move {
                note(&store, &keys, 20 + n).await?;
                seal(&store, &keys, at(20 + n)).await
            });
        }
        while let Some(sealed) = tasks.join_next().await {
            sealed??;
        }
        seal(&house.store, &house.keys, at(30)).await?;
        let report = house.verified(&[]).await;
        assert!(report.whole(), "{:?}", report.first_bad);
        assert_eq!((report.rows, report.unsealed), (18, 0));
    }
    Ok(())
}

#[tokio::test]
async fn a_number_is_not_used_again_after_the_tail_was_cut() -> Asked {
    let house = house_on(testing::sqlite().await).await;
    house.store.writer().execute_unprepared("DELETE FROM audit_address").await?;
    house.tamper("DELETE FROM audit WHERE seq > 6").await?;
    assert_eq!(note(&house.store, &house.keys, 1).await?, 10, "seal 2 covers up to 9");
    assert_eq!(house.first_bad().await, Some(Bad::RowMissing { seq: 7 }));
    Ok(())
}

#[tokio::test]
async fn the_row_holds_no_address_and_the_address_is_sealed() -> Asked {
    let house = house_on(testing::sqlite().await).await;
    let row = table::Entity::find().filter(table::Column::Seq.eq(1)).one(house.store.reader()).await?;
    let row = row.ok_or("no row")?;
    assert_eq!(row.address_tag.map(|tag| tag.len()), Some(32));
    let kept =
        entity::audit_address::Entity::find_by_id(1).one(house.store.reader()).await?.ok_or("no address")?;
    let open = house.keys.open("audit_address", "address", "1", &kept.address)?;
    assert_eq!(open.as_slice(), b"192.0.2.1");
    assert_eq!(entity::audit_address::Entity::find().count(house.store.reader()).await?, 10);
    Ok(())
}

#[test]
fn an_outside_seal_is_read_as_the_log_line_writes_it() {
    let mac = "ab".repeat(32);
    assert_eq!(format!("12:{mac}").parse(), Ok(OutsideSeal { n: 12, mac: vec![0xab; 32] }));
    for wrong in ["", "12", ":", "x:ab", "12:ab", &format!("12:{mac}00"), &format!(" 12:{mac}")] {
        assert!(wrong.parse::<OutsideSeal>().is_err(), "{wrong}");
    }
}
