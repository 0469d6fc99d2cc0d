//! The reader's side: the list, one message, and saying that it was received.

use std::collections::BTreeSet;

use anyhow::anyhow;
use model::{ChildCard, ChildId, Message, MessageId, MessageKind, MessageLine};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use store::entity::{child_link, message as row};
use uuid::Uuid;

use super::{Body, id_of};
use crate::{
    Error, Guardian, Result, Visit,
    audit::Deed,
    clock::{day_of, from_millis},
    notices::{self, How},
    own::Own,
    pupils,
    session::Kind,
    trail::Line,
};

/// How many messages one page of the list holds.
const PAGE: u64 = 50;

/// One page of a guardian's messages, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messages {
    /// The messages.
    pub lines: Vec<MessageLine>,
    /// Whether there are older ones than these.
    pub older: bool,
}

/// Who reads, and the children that may be seen at this moment.
struct Reader {
    own: Own,
    /// A program asks ahead of its reader.
    background: bool,
    children: Vec<ChildCard>,
}

impl Visit {
    /// How many messages nobody has opened yet, for the head of every page. None for who is no guardian.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn unread_messages(&self) -> Result<u64> {
        let Some(Kind::Guardian(account)) = self.0.found.live.as_ref().map(|session| session.kind) else {
            return Ok(0);
        };
        let account = account.uuid().to_string();
        let linked = child_link::Entity::find()
            .select_only()
            .column(child_link::Column::PupilId)
            .filter(child_link::Column::AccountId.eq(account.clone()))
            .filter(child_link::Column::Until.is_null())
            .into_query();
        let of_nobody_else = Condition::any()
            .add(row::Column::PupilId.is_null())
            .add(row::Column::PupilId.in_subquery(linked));
        let unread = row::Entity::find()
            .filter(row::Column::AccountId.eq(account))
            .filter(row::Column::ReadAt.is_null())
            .filter(of_nobody_else);
        Ok(unread.count(self.0.portal.store().reader()).await?)
    }
}

impl Guardian<'_> {
    /// A page of the guardian's messages; the first is number 0. Of a child who may not be seen any more there is none.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn messages(&self, page: u32) -> Result<Messages> {
        self.read(move |reader| async move { reader.page(page).await }).await
    }

    /// A message, opened: it counts as read from then on, unless a program asked ahead of its reader.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no message of this guardian's, or of a child who may not be seen any more; else
    /// as [`Guardian::children`].
    pub async fn message(&self, id: MessageId) -> Result<Message> {
        self.read(move |reader| async move { reader.open(id).await }).await?.ok_or(Error::NotFound)
    }

    /// The guardian says that a message was received, and with it the notice behind it. Said twice, it says the same.
    ///
    /// # Errors
    /// As [`Guardian::message`], and [`Error::NotFound`] for a message that wants no answer.
    pub async fn acknowledge(&self, id: MessageId) -> Result<()> {
        self.read(move |reader| async move { reader.acknowledge(id).await }).await?.ok_or(Error::NotFound)
    }

    /// Reads with the right to see the children, in one transaction with it.
    async fn read<T, W, F>(&self, work: W) -> Result<T>
    where
        W: FnOnce(Reader) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let background = self.visit.0.asking.background;
        self.among_own(move |own| async move {
            let children = pupils::cards(&own.portal, &own.tx, &own.children, day_of(own.now)).await?;
            work(Reader { own, background, children }).await
        })
        .await
    }
}

impl Reader {
    fn account(&self) -> String {
        self.own.account.uuid().to_string()
    }

    fn child(&self, pupil: Option<&str>) -> Option<&ChildCard> {
        pupil.and_then(|pupil| self.children.iter().find(|card| card.id.uuid().to_string() == pupil))
    }

    async fn page(self, page: u32) -> Result<Messages> {
        let seen = self.children.iter().map(|card| card.id.uuid().to_string());
        let may_be_seen =
            Condition::any().add(row::Column::PupilId.is_null()).add(row::Column::PupilId.is_in(seen));
        let mut rows = row::Entity::find()
            .filter(row::Column::AccountId.eq(self.account()))
            .filter(may_be_seen)
            .order_by_desc(row::Column::ChangedAt)
            .order_by_desc(row::Column::Id)
            .offset(u64::from(page) * PAGE)
            .limit(PAGE + 1)
            .all(&self.own.tx)
            .await?;
        let older = rows.len() as u64 > PAGE;
        rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let named: BTreeSet<ChildId> =
            rows.iter().filter_map(|row| Some(self.child(row.pupil_id.as_deref())?.id)).collect();
        for child in named {
            let line = Line::new(Deed::SawChild).child(child);
            self.own.line(line).await?;
        }
        let lines = rows.iter().filter_map(|row| self.line(row).transpose()).collect::<Result<_>>()?;
        Ok(Messages { lines, older })
    }

    async fn open(self, id: MessageId) -> Result<Option<Message>> {
        let Some((row, mut line)) = self.find(id).await? else { return Ok(None) };
        let body: Body = self.own.portal.unseal_json("message", "body", &row.id, &row.body)?;
        let mut missed = body.missed;
        missed.sort_by_key(|missed| (missed.from, missed.to));
        let unit = match body.unit {
            Some(unit) => {
                let id = unit.uuid().to_string();
                pupils::units_by_id(&self.own.tx, vec![id.clone()]).await?.remove(&id)
            }
            None => self.child(row.pupil_id.as_deref()).and_then(|card| card.unit.clone()),
        };
        if !self.background {
            self.mark_read(&row).await?;
            line.read = true;
        }
        self.on_record(&row, Deed::OpenedMessage).await?;
        Ok(Some(Message { line, missed, unit }))
    }

    async fn acknowledge(self, id: MessageId) -> Result<Option<()>> {
        let Some((row, line)) = self.find(id).await? else { return Ok(None) };
        if !line.kind.wants_answer() {
            return Ok(None);
        }
        // Whoever changes the notice changes the message too, in this order.
        notices::take_turn(&self.own.tx, row.pupil_id.as_deref()).await?;
        self.mark_read(&row).await?;
        if super::mark_acknowledged(&self.own.tx, row::Column::Id.eq(row.id.clone()), self.own.now).await? {
            self.on_record(&row, Deed::AcknowledgedMessage).await?;
        }
        if let Some(notice) = &row.notice_id {
            let notice: Uuid = notice.parse().map_err(|_| anyhow!("a notice's id cannot be read"))?;
            let Own { portal, tx, actor, now, .. } = &self.own;
            notices::confirm(portal, tx, notice, How::Message, actor, *now).await?;
        }
        Ok(Some(()))
    }

    /// A message of this reader's about nobody who may not be seen.
    async fn find(&self, id: MessageId) -> Result<Option<(row::Model, MessageLine)>> {
        let found = row::Entity::find_by_id(id.uuid().to_string())
            .filter(row::Column::AccountId.eq(self.account()))
            .one(&self.own.tx)
            .await?;
        let may_be_seen =
            |row: &row::Model| row.pupil_id.is_none() || self.child(row.pupil_id.as_deref()).is_some();
        let Some(row) = found.filter(may_be_seen) else {
            self.refused_access(id).await?;
            return Ok(None);
        };
        Ok(self.line(&row)?.map(|line| (row, line)))
    }

    /// A message was named that this reader may not see.
    async fn refused_access(&self, id: MessageId) -> Result<()> {
        let line = Line::new(Deed::RefusedAccess).of("message", id.uuid());
        let Own { portal, tx, actor, now, .. } = &self.own;
        portal.trail_refused(tx, actor, line, "not-own-message", *now).await
    }

    /// What the list says of it; none for a kind that a newer program put there.
    fn line(&self, row: &row::Model) -> Result<Option<MessageLine>> {
        let Some(kind) = MessageKind::from_word(&row.kind) else { return Ok(None) };
        Ok(Some(MessageLine {
            id: id_of(row)?,
            kind,
            child: self.child(row.pupil_id.as_deref()).map(|card| card.given.clone()),
            at: from_millis(row.changed_at),
            read: row.read_at.is_some(),
            acknowledged: row.acknowledged_at.map(from_millis),
        }))
    }

    async fn mark_read(&self, row: &row::Model) -> Result<()> {
        row::Entity::update_many()
            .col_expr(row::Column::ReadAt, Expr::value(self.own.now.as_millisecond()))
            .filter(row::Column::Id.eq(row.id.clone()))
            .filter(row::Column::ReadAt.is_null())
            .exec(&self.own.tx)
            .await?;
        Ok(())
    }

    async fn on_record(&self, row: &row::Model, deed: Deed) -> Result<()> {
        let line = Line::new(deed).of("message", id_of(row)?.uuid()).because(line_word(row));
        let child = self.child(row.pupil_id.as_deref()).map(|card| card.id);
        let line = child.map_or(line, |child| line.child(child));
        self.own.line(line).await
    }
}

/// The kind as one of our own words.
fn line_word(row: &row::Model) -> &'static str {
    MessageKind::from_word(&row.kind).map_or("other", MessageKind::word)
}
