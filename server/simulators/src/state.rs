//! What the town knows and remembers, shared by all its systems.

use crate::{
    Clock, System, Tokens,
    absences::Absences,
    bankid::BankId,
    calls::Calls,
    faults::Faults,
    lock,
    post::{Mail, Postbox, Sms},
    tls::Tls,
    world::{Census, Person, World, shipped},
};
use jiff::{civil::Date, tz::TimeZone};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, atomic::AtomicUsize},
};
use tokio_util::sync::CancellationToken;

/// Something that wants to hear of changes, as the real registers would tell it.
pub(crate) trait Hook: Send + Sync {
    /// The whole population was replaced.
    fn world_replaced(&self, census: &Arc<Census>);
    /// One person was changed.
    fn person_changed(&self, census: &Arc<Census>, id: &str);
    /// An absence was recorded or withdrawn.
    fn absence_recorded(&self, absence: &crate::absences::Absence);
}

/// The town's memory. Handlers read the population through [`State::census`] once and work on that.
pub(crate) struct State {
    /// The one clock.
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    pub(crate) mail: Postbox<Mail>,
    pub(crate) sms: Postbox<Sms>,
    pub(crate) absences: Absences,
    /// The most rows the pupil register puts on a page.
    pub(crate) pupil_page: AtomicUsize,
    pub(crate) bankid: BankId,
    pub(crate) tokens: Tokens,
    pub(crate) tls: Tls,
    /// Where each system listens; the control interface apart.
    pub(crate) addresses: BTreeMap<System, SocketAddr>,
    pub(crate) control: SocketAddr,
    /// The portal's address, if it is known.
    pub(crate) portal: Option<String>,
    /// Done when the town closes.
    pub(crate) closing: CancellationToken,
    pub(crate) hooks: Vec<Box<dyn Hook>>,
    /// The world a reset goes back to.
    pub(crate) first: World,
    census: Mutex<Arc<Census>>,
}

/// What a new memory begins with.
pub(crate) struct Beginnings {
    pub(crate) world: Option<World>,
    pub(crate) tokens: Tokens,
    pub(crate) tls: Tls,
    pub(crate) bankid: BankId,
    pub(crate) portal: Option<String>,
    pub(crate) addresses: BTreeMap<System, SocketAddr>,
    pub(crate) control: SocketAddr,
}

impl State {
    /// A memory with its first population.
    ///
    /// # Errors
    /// Everything that is wrong with the world, a sentence each.
    pub(crate) fn new(begin: Beginnings) -> Result<Self, Vec<String>> {
        let first = begin.world.unwrap_or_else(shipped);
        let clock = Clock::default();
        if let Some(now) = first.now {
            clock.set(now);
        }
        let census = Arc::new(Census::take(first.clone())?);
        Ok(Self {
            clock,
            faults: Faults::default(),
            calls: Calls::default(),
            mail: Postbox::default(),
            sms: Postbox::default(),
            absences: Absences::default(),
            pupil_page: AtomicUsize::new(100),
            bankid: begin.bankid,
            tokens: begin.tokens,
            tls: begin.tls,
            addresses: begin.addresses,
            control: begin.control,
            portal: begin.portal,
            closing: CancellationToken::new(),
            hooks: Vec::new(),
            first,
            census: Mutex::new(census),
        })
    }

    /// The day it is in Sweden.
    pub(crate) fn today(&self) -> Date {
        TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC).to_datetime(self.clock.now()).date()
    }

    /// The population as it is now.
    pub(crate) fn census(&self) -> Arc<Census> {
        lock(&self.census).clone()
    }

    /// Puts another population in place and tells whoever wants to know. A world that names a time sets the clock.
    ///
    /// # Errors
    /// Everything that is wrong with the world; the old one then stays.
    pub(crate) fn replace(&self, world: World) -> Result<(), Vec<String>> {
        let now = world.now;
        let census = Arc::new(Census::take(world)?);
        *lock(&self.census) = census.clone();
        if let Some(now) = now {
            self.clock.set(now);
        }
        self.hooks.iter().for_each(|hook| hook.world_replaced(&census));
        Ok(())
    }

    /// Changes fields of one person: what `change` names is replaced, the rest stays.
    ///
    /// # Errors
    /// [`Unchanged`].
    pub(crate) fn amend(
        &self,
        id: &str,
        change: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Person, Unchanged> {
        let mut held = lock(&self.census);
        let mut world = held.world().clone();
        let person = world.persons.iter_mut().find(|p| p.id == id).ok_or(Unchanged::Nobody)?;
        let mut fields = match serde_json::to_value(&*person) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => return Err(Unchanged::Wrong(vec!["the person cannot be written".into()])),
        };
        fields.extend(change);
        fields.insert("id".into(), id.into());
        let changed: Person = serde_json::from_value(fields.into())
            .map_err(|unreadable| Unchanged::Wrong(vec![unreadable.to_string()]))?;
        *person = changed.clone();
        let census = Arc::new(Census::take(world).map_err(Unchanged::Wrong)?);
        *held = census.clone();
        drop(held);
        self.hooks.iter().for_each(|hook| hook.person_changed(&census, id));
        Ok(changed)
    }

    /// The first world, empty boxes, no faults, no orders, real time.
    ///
    /// # Errors
    /// As [`State::replace`]; the first world was fine once, so never.
    pub(crate) fn reset(&self) -> Result<(), Vec<String>> {
        self.faults.clear();
        self.calls.clear();
        self.mail.clear();
        self.sms.clear();
        self.absences.clear();
        self.bankid.clear();
        self.replace(World { now: None, ..self.first.clone() })?;
        self.clock.reset();
        Ok(())
    }

    /// The address of `system` if the town has it, with the scheme its clients use.
    pub(crate) fn url(&self, system: System) -> Option<String> {
        let scheme = if system == System::Smtp { "smtp" } else { "https" };
        self.addresses.get(&system).map(|at| format!("{scheme}://{at}"))
    }

    /// The human page's address. On loopback it is called localhost, so that it is truly another site than the portal.
    pub(crate) fn human_url(&self) -> String {
        match self.control.ip() {
            IpAddr::V4(ip) if ip.octets() == [127, 0, 0, 1] => {
                format!("http://localhost:{}", self.control.port())
            }
            _ => format!("http://{}", self.control),
        }
    }
}

/// Why a person was not changed.
#[derive(Debug)]
pub(crate) enum Unchanged {
    /// There is no such person.
    Nobody,
    /// The world would not hold together, or a field has the wrong form.
    Wrong(Vec<String>),
}
