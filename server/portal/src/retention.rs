//! What was kept long enough is erased (security reference, section 11). Small batches, any number of times, at any hour.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr};
use store::{
    Tx,
    entity::{
        absence, absence_report, account, account_letter, application, aside, audit_address, call_home,
        contact_proof, custody_check, delivery, evidence, identification, limit_, message, notice, session,
    },
};

use crate::{
    Portal, Result,
    audit::Deed,
    clock::millis,
    trail::{Actor, Line},
};

/// Rows of one kind erased at a time.
const BATCH: u64 = 500;
/// A finished identification's row is of use for this long: to tell a late return that it is late.
const AFTER_LOGIN: i64 = 60 * 60 * 1000;
/// The longest window of any limit, and some.
const WINDOWS: i64 = 48 * 60 * 60 * 1000;

/// Erases what is due, and answers how many rows that were.
pub(crate) async fn clean(portal: &Portal, now: Timestamp) -> Result<u64> {
    let mut all = 0;
    for kind in Kind::ALL {
        loop {
            let erased = batch(portal, kind, now).await?;
            all += erased;
            if erased < BATCH {
                break;
            }
        }
    }
    if all > 0 {
        tracing::info!(rows = all, "what was kept long enough was erased");
    }
    Ok(all)
}

/// What has a limit of its own.
#[derive(Clone, Copy)]
enum Kind {
    Identifications,
    Evidence,
    Sessions,
    Applications,
    Aside,
    Windows,
    Custody,
    ClosedAccounts,
    ContactProofs,
    AccountLetters,
    Messages,
    LetterLinks,
    Absences,
    Notices,
    HomeCalls,
    Addresses,
    AbsenceReasons,
    AbsenceReports,
}

impl Kind {
    const ALL: [Self; 18] = [
        Self::Identifications,
        Self::Evidence,
        Self::Sessions,
        Self::Applications,
        Self::Aside,
        Self::Windows,
        Self::Custody,
        Self::ClosedAccounts,
        Self::ContactProofs,
        Self::AccountLetters,
        Self::Messages,
        Self::LetterLinks,
        Self::Absences,
        Self::Notices,
        Self::HomeCalls,
        Self::Addresses,
        Self::AbsenceReasons,
        Self::AbsenceReports,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Identifications => "identifications",
            Self::Evidence => "evidence",
            Self::Sessions => "sessions",
            Self::Applications => "applications",
            Self::Aside => "aside",
            Self::Windows => "limits",
            Self::Custody => "custody",
            Self::ClosedAccounts => "closed-accounts",
            Self::ContactProofs => "contact-proofs",
            Self::AccountLetters => "account-letters",
            Self::Messages => "messages",
            Self::LetterLinks => "letter-links",
            Self::Absences => "absences",
            Self::Notices => "notices",
            Self::HomeCalls => "home-calls",
            Self::Addresses => "addresses",
            Self::AbsenceReasons => "absence-reasons",
            Self::AbsenceReports => "absence-reports",
        }
    }
}

async fn batch(portal: &Portal, kind: Kind, now: Timestamp) -> Result<u64> {
    let house = portal.clone();
    portal
        .change(move |tx| async move {
            let erased = erase(&house, &tx, kind, now).await?;
            // The short-lived need no line in a log that is kept for years.
            let remarkable = !matches!(kind, Kind::Identifications | Kind::Aside | Kind::Windows);
            if erased > 0 && remarkable {
                house
                    .trail(&tx, &Actor::house(), Line::new(Deed::ErasedOld).because(kind.word()), now)
                    .await?;
            }
            Ok(erased)
        })
        .await
}

/// Deletes the first rows that match, by their key.
macro_rules! delete_first {
    ($tx:expr, $table:ident, $key:ident : $type:ty, $due:expr) => {{
        let keys: Vec<$type> = $table::Entity::find()
            .select_only()
            .column($table::Column::$key)
            .filter($due)
            .limit(BATCH)
            .into_tuple()
            .all($tx)
            .await?;
        if keys.is_empty() {
            return Ok(0);
        }
        $table::Entity::delete_many().filter($table::Column::$key.is_in(keys)).exec($tx).await?.rows_affected
    }};
}

async fn erase(portal: &Portal, tx: &Tx, kind: Kind, now: Timestamp) -> Result<u64> {
    let spans = &portal.rules().spans;
    let at = now.as_millisecond();
    let ago = |span: std::time::Duration| at.saturating_sub(millis(span));
    Ok(match kind {
        Kind::Identifications => {
            delete_first!(tx, identification, Id: String, identification::Column::ExpiresAt.lt(at - AFTER_LOGIN))
        }
        Kind::Evidence => delete_first!(tx, evidence, Id: String, evidence::Column::EraseAfter.lt(at)),
        Kind::Sessions => {
            let due = Condition::any()
                .add(session::Column::EndedAt.lt(ago(spans.keep_sessions)))
                .add(session::Column::ExpiresAt.lt(ago(spans.keep_sessions)));
            delete_first!(tx, session, Id: String, due)
        }
        Kind::Applications => {
            let unfinished = Condition::all()
                .add(application::Column::State.eq("open"))
                .add(application::Column::ExpiresAt.lt(at));
            // A finished one has done its work once the account stands; its proofs go with it.
            let finished = Condition::all()
                .add(application::Column::State.ne("open"))
                .add(application::Column::UpdatedAt.lt(ago(spans.draft)));
            delete_first!(tx, application, Id: String, Condition::any().add(unfinished).add(finished))
        }
        Kind::Aside => delete_first!(tx, aside, Owner: Vec<u8>, aside::Column::ExpiresAt.lt(at)),
        Kind::Windows => limit_::Entity::delete_many()
            .filter(limit_::Column::Window.lt(at - WINDOWS))
            .exec(tx)
            .await?
            .rows_affected
            .min(BATCH - 1),
        Kind::Custody => {
            let old = custody_check::Column::CheckedAt.lt(ago(spans.keep_sessions));
            // That somebody was marked is all that is left of what was told of them.
            custody_check::Entity::update_many()
                .col_expr(custody_check::Column::Answer, Expr::value(Vec::<u8>::new()))
                .filter(old.clone())
                .filter(custody_check::Column::Marked.gt(0))
                .filter(custody_check::Column::Answer.ne(Vec::<u8>::new()))
                .exec(tx)
                .await?;
            let due = Condition::all().add(old).add(custody_check::Column::Marked.eq(0));
            delete_first!(tx, custody_check, Subject: Vec<u8>, due)
        }
        Kind::ClosedAccounts => empty_closed(tx, ago(spans.keep_closed), at).await?,
        Kind::ContactProofs => {
            let due = contact_proof::Column::ExpiresAt.lt(ago(spans.draft));
            delete_first!(tx, contact_proof, Id: String, due)
        }
        Kind::AccountLetters => {
            let due = account_letter::Column::CreatedAt.lt(ago(spans.keep_letters));
            delete_first!(tx, account_letter, Id: String, due)
        }
        Kind::Messages => {
            let closed = account::Entity::find()
                .select_only()
                .column(account::Column::Id)
                .filter(account::Column::State.eq("closed"))
                .filter(account::Column::ClosedAt.lt(ago(spans.keep_closed)));
            let due = Condition::any()
                .add(message::Column::CreatedAt.lt(ago(spans.keep_messages)))
                .add(message::Column::AccountId.in_subquery(closed.into_query()));
            delete_first!(tx, message, Id: String, due)
        }
        Kind::LetterLinks => forget_links(tx, ago(spans.confirm_link), at).await?,
        Kind::Absences => {
            delete_first!(tx, absence, Id: String, absence::Column::EndAt.lt(ago(spans.keep_absences)))
        }
        Kind::Notices => {
            delete_first!(tx, notice, Id: String, notice::Column::CreatedAt.lt(ago(spans.keep_absences)))
        }
        Kind::HomeCalls => {
            delete_first!(tx, call_home, Id: String, call_home::Column::Since.lt(ago(spans.keep_absences)))
        }
        Kind::Addresses => {
            delete_first!(tx, audit_address, Seq: i64, audit_address::Column::At.lt(ago(spans.keep_addresses)))
        }
        Kind::AbsenceReasons => absence_report::Entity::update_many()
            .col_expr(absence_report::Column::Reason, Expr::value(Option::<Vec<u8>>::None))
            .filter(absence_report::Column::CreatedAt.lt(ago(spans.keep_reasons)))
            .filter(absence_report::Column::Reason.is_not_null())
            .exec(tx)
            .await?
            .rows_affected
            .min(BATCH - 1),
        Kind::AbsenceReports => {
            delete_first!(tx, absence_report, Id: String, absence_report::Column::EndAt.lt(ago(spans.keep_reports)))
        }
    })
}

/// A closed account keeps its row and its blind index, so that its holder is told how to open it again; nothing else of
/// the person.
async fn empty_closed(tx: &Tx, before: i64, at: i64) -> Result<u64> {
    let emptied = account::Entity::update_many()
        .col_expr(account::Column::Email, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(account::Column::EmailIndex, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(account::Column::Mobile, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(account::Column::MobileIndex, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(account::Column::Number, Expr::value(Vec::<u8>::new()))
        .col_expr(account::Column::Name, Expr::value(Vec::<u8>::new()))
        .col_expr(account::Column::UpdatedAt, Expr::value(at))
        .filter(account::Column::State.eq("closed"))
        .filter(account::Column::ClosedAt.lt(before))
        .filter(account::Column::Email.is_not_null())
        .exec(tx)
        .await?;
    Ok(emptied.rows_affected.min(BATCH - 1))
}

/// A link that confirms nothing any more, and the name under which reports came.
async fn forget_links(tx: &Tx, before: i64, at: i64) -> Result<u64> {
    let forgotten = delivery::Entity::update_many()
        .col_expr(delivery::Column::Token, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(delivery::Column::Report, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(delivery::Column::UpdatedAt, Expr::value(at))
        .filter(delivery::Column::CreatedAt.lt(before))
        .filter(
            Condition::any()
                .add(delivery::Column::Token.is_not_null())
                .add(delivery::Column::Report.is_not_null()),
        )
        .exec(tx)
        .await?;
    Ok(forgotten.rows_affected.min(BATCH - 1))
}
