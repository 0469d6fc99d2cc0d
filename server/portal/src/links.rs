//! Links between an account and its children: made, confirmed and ended by what the registers say.
//!
//! Invariant: a link is never a right by itself. At every look it is held against custody, the pupil register, bars,
//! protection and the 18th birthday, in the transaction that reads the child.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use jiff::Timestamp;
use model::{AccountId, ChildId, Outcome};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{child_link as row, pupil},
};
use uuid::Uuid;

mod hears;
mod standing;

pub(crate) use standing::{may_hear, still_hears, still_speaks};

use crate::{
    Portal, Result, absence,
    account::{self, Closing},
    audit::Deed,
    cases,
    clock::{day_of, from_millis, millis},
    custody::Custody,
    eligibility::{Account, Decision, ENDED_FOR_PROTECTION, Fate, Finding, Mark},
    person::Subject,
    pupils::{self, long_ago},
    session::{End, Session, end_all},
    trail::{Actor, Line},
};

/// Where custody was read.
const SOURCE: &str = "population";
/// The end of what somebody said of any child, who may not go on at all.
const MAY_NOT_GO_ON: &str = "may-not-go-on";
/// Where the pupil register alone leaves a guardian out, folkbokföringen has not been asked, or says otherwise.
const UNNAMED: &str = "unnamed";
/// Where the registers, or both sides of one, do not agree.
const DISAGREE: &str = "registers-disagree";
/// Ends of a link that make nothing its holder said before less true: the child died, came of age or moved away; or a
/// register may be at fault, and says something else tomorrow.
const IN_GOOD_FAITH: [&str; 5] = ["deceased", "of-age", "moved-away", UNNAMED, DISAGREE];

/// What a look at the links comes to.
pub(crate) enum Settled {
    /// The children who may be seen now.
    Children(Vec<ChildId>),
    /// The account is closed.
    Out,
    /// Its holder may not go on; its sessions are over.
    Stopped,
}

/// Makes a link. One that exists already is left as it is.
pub(crate) async fn open(
    portal: &Portal,
    tx: &Tx,
    account: AccountId,
    child: ChildId,
    custody: &Custody,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let id = Uuid::new_v4();
    let link = row::ActiveModel {
        id: Set(id.to_string()),
        account_id: Set(account.uuid().to_string()),
        pupil_id: Set(child.uuid().to_string()),
        source: Set(SOURCE.to_owned()),
        from_date: Set(custody_since(portal, tx, child, custody).await?),
        checked_at: Set(custody.checked.as_millisecond()),
        correlation: Set(custody.correlation.clone()),
        since: Set(now.as_millisecond()),
        until: Set(None),
        end_reason: Set(None),
    };
    row::Entity::insert(link).exec_without_returning(tx).await?;
    portal.trail(tx, actor, Line::new(Deed::LinkedChild).of("link", id).child(child), now).await
}

async fn custody_since(
    portal: &Portal,
    tx: &Tx,
    child: ChildId,
    custody: &Custody,
) -> Result<Option<String>> {
    let found = pupil::Entity::find_by_id(child.uuid().to_string()).one(tx).await?;
    let Some(subject) = found.and_then(|pupil| pupil.subject) else { return Ok(None) };
    let wards = custody.answer.population.iter().flat_map(|population| &population.children);
    let mut wards = wards.filter(|ward| portal.keys().index_number(&ward.number) == subject);
    Ok(wards.next().and_then(|ward| ward.since).map(|day| day.to_string()))
}

/// Ends a link to the child with these rows of the register, and what its holder said of it.
async fn close(
    portal: &Portal,
    tx: &Tx,
    link: &row::Model,
    rows: &BTreeSet<ChildId>,
    why: &'static str,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Until, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::EndReason, Expr::value(why))
        .filter(row::Column::Id.eq(link.id.clone()))
        .filter(row::Column::Until.is_null())
        .exec(tx)
        .await?;
    let id: Uuid = link.id.parse().map_err(|_| anyhow!("a link's id cannot be read"))?;
    let line =
        Line::new(Deed::UnlinkedChild).of("link", id).child(pupils::child_id(&link.pupil_id)?).because(why);
    portal.trail(tx, actor, line, now).await?;
    if IN_GOOD_FAITH.contains(&why) {
        return Ok(());
    }
    absence::unsay(portal, tx, &link.account_id, Some(rows), why, now).await
}

/// Ends the live links of pupils whose guardian the pupil register no longer names. Answers how many.
pub(crate) async fn close_unnamed(
    portal: &Portal,
    tx: &Tx,
    unnamed: &[(String, Subject)],
    now: Timestamp,
) -> Result<usize> {
    let mut closed = 0;
    for (pupil, subject) in unnamed {
        let Some(account) = account::of_subject(tx, subject).await? else { continue };
        let links = row::Entity::find()
            .filter(row::Column::AccountId.eq(account.id))
            .filter(row::Column::PupilId.eq(pupil.clone()))
            .filter(row::Column::Until.is_null())
            .all(tx)
            .await?;
        let rows = BTreeSet::from([pupils::child_id(pupil)?]);
        for link in &links {
            close(portal, tx, link, &rows, UNNAMED, &Actor::house(), now).await?;
            closed += 1;
        }
    }
    Ok(closed)
}

/// Holds every link of an account against what is known now: ends what must end, makes what is new, and answers which
/// children may be seen.
pub(crate) async fn settle(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    account: AccountId,
    custody: &Custody,
    actor: &Actor,
    now: Timestamp,
) -> Result<Settled> {
    let row = account::of_subject(tx, &session.subject).await?;
    if account::standing(row.as_ref(), now) != Account::Open {
        return Ok(Settled::Out);
    }
    let decision = portal.decide_for(tx, session, custody, Account::Open, &BTreeSet::new(), now).await?;
    if decision.outcome == Outcome::TurnToTheSchool {
        return stopped(portal, tx, session, account, custody, actor, now).await;
    }
    let live = live(tx, account).await?;
    pupils::raise_marks(portal, tx, &decision.marks, actor, now).await?;
    let mut seen = BTreeSet::new();
    let mut linked = BTreeSet::new();
    for link in &live {
        // A link is to the child, whatever row of the register it was made on.
        let child = decision.standing(pupils::child_id(&link.pupil_id)?);
        linked.insert(child);
        if keep(portal, tx, session, link, child, &decision, custody, actor, now).await? {
            seen.insert(child);
        }
    }
    let may_grow = custody.fresh && pupils::copy_is_good(portal, now).await?;
    if may_grow {
        let blocked = blocked(tx, &session.subject, account).await?;
        for child in &decision.children {
            if !linked.contains(child) && blocked.is_disjoint(&decision.rows_of(*child)) {
                open(portal, tx, account, *child, custody, actor, now).await?;
                seen.insert(*child);
            }
        }
    }
    Ok(Settled::Children(seen.into_iter().collect()))
}

async fn live(tx: &Tx, account: AccountId) -> Result<Vec<row::Model>> {
    let live = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.uuid().to_string()))
        .filter(row::Column::Until.is_null());
    Ok(live.all(tx).await?)
}

/// The account's holder may not go on: dead, barred, or an identity that is no longer one. Of the last the schools are
/// told: only they can say who comes in that name.
async fn stopped(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    account: AccountId,
    custody: &Custody,
    actor: &Actor,
    now: Timestamp,
) -> Result<Settled> {
    // Here a link may stay; what was said by it does not.
    absence::unsay(portal, tx, &account.uuid().to_string(), None, MAY_NOT_GO_ON, now).await?;
    let mark = custody.answer.population.as_ref().map(|population| population.mark);
    if mark == Some(Mark::Dead) {
        account::close(portal, tx, account, Closing::Deceased, actor, now).await?;
        return Ok(Settled::Stopped);
    }
    end_all(tx, account, End::AccountClosed, now).await?;
    let line = Line::new(Deed::EndedSession).of("account", account.uuid()).because(MAY_NOT_GO_ON);
    portal.trail(tx, actor, line, now).await?;
    if mark == Some(Mark::Void) {
        let children = live(tx, account).await?;
        let children: Vec<ChildId> =
            children.iter().map(|link| pupils::child_id(&link.pupil_id)).collect::<Result<_>>()?;
        cases::open_about(portal, tx, cases::IDENTITY_VOID, &session.subject, &children, actor, now).await?;
    }
    Ok(Settled::Stopped)
}

/// What becomes of one link. Answers whether the child may be seen.
#[expect(clippy::too_many_arguments, reason = "a link, what is known of it, and who asks when")]
async fn keep(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    link: &row::Model,
    child: ChildId,
    decision: &Decision,
    custody: &Custody,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let findings: BTreeMap<ChildId, Finding> = decision.findings.iter().copied().collect();
    let finding = findings.get(&child).copied();
    let fate = fate_of(finding, custody);
    let Some(why) = ending(portal, link, fate, now) else {
        if fate == Fate::Stays && custody.fresh && link.checked_at < custody.checked.as_millisecond() {
            confirm(tx, link, custody).await?;
        }
        return Ok(true);
    };
    close(portal, tx, link, &decision.rows_of(child), why, actor, now).await?;
    if let Some(kind) = finding.and_then(Finding::case) {
        cases::open(portal, tx, kind, &session.subject, child, actor, now).await?;
    }
    Ok(false)
}

/// What becomes of a link by what was found of its child; nothing is found of one that the registers do not name.
fn fate_of(finding: Option<Finding>, custody: &Custody) -> Fate {
    match finding {
        Some(finding) => finding.fate(),
        // A register that suddenly does not know the guardian at all may be at fault itself.
        None if custody.answer.population.is_none() => Fate::Doubtful,
        None => Finding::NoCustody.fate(),
    }
}

/// Why a link is over; none as long as it is not.
fn ending(portal: &Portal, link: &row::Model, fate: Fate, now: Timestamp) -> Option<&'static str> {
    match fate {
        Fate::Stays => None,
        Fate::Doubtful => (!is_lately(portal, link, now)).then_some(DISAGREE),
        Fate::Lingers(left) => {
            let left = left.unwrap_or_else(|| day_of(from_millis(link.checked_at)));
            (left < long_ago(portal, day_of(now))).then_some("moved-away")
        }
        Fate::Closes(why) => Some(why),
    }
}

/// Whether a link was confirmed so lately that last known data still live.
fn is_lately(portal: &Portal, link: &row::Model, now: Timestamp) -> bool {
    now.as_millisecond() - link.checked_at < millis(portal.rules().spans.last_known)
}

async fn confirm(tx: &Tx, link: &row::Model, custody: &Custody) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::CheckedAt, Expr::value(custody.checked.as_millisecond()))
        .col_expr(row::Column::Correlation, Expr::value(custody.correlation.clone()))
        .filter(row::Column::Id.eq(link.id.clone()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Children who are not linked by themselves: disowned ones, and ones that were protected once. A school decides.
async fn blocked(tx: &Tx, subject: &Subject, account: AccountId) -> Result<BTreeSet<ChildId>> {
    let were_protected = row::Entity::find()
        .filter(
            Condition::all()
                .add(row::Column::AccountId.eq(account.uuid().to_string()))
                .add(row::Column::EndReason.eq(ENDED_FOR_PROTECTION)),
        )
        .all(tx)
        .await?;
    let mut blocked = cases::denied(tx, subject).await?;
    for link in were_protected {
        blocked.insert(pupils::child_id(&link.pupil_id)?);
    }
    Ok(blocked)
}
