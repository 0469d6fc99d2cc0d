//! What the town knows and remembers, shared by all its systems.

use crate::{
    Clock, System, Tokens,
    authorities::write,
    bankid::BankId,
    calls::Calls,
    faults::Faults,
    lock,
    messenger::Messenger,
    post::{Mail, Postbox, Sms},
    pupil::PupilRegister,
    sms::Gateway,
    tls::Tls,
    world::{Census, Person, World, shipped},
};
use jiff::civil::Date;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio_util::sync::CancellationToken;

/// The town's memory. Handlers read the population through [`State::census`] once and work on that.
pub(crate) struct State {
    /// The one clock.
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    pub(crate) mail: Postbox<Mail>,
    pub(crate) sms: Postbox<Sms>,
    pub(crate) messenger: Messenger,
    pub(crate) pupil: Arc<PupilRegister>,
    pub(crate) gateway: Arc<Gateway>,
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
    /// Where the delays stand that the schools of this world have chosen.
    delays: PathBuf,
    /// The population a reset goes back to.
    first: Arc<Census>,
    census: Mutex<Arc<Census>>,
}

/// What a new memory begins with.
pub(crate) struct Beginnings {
    pub(crate) clock: Clock,
    pub(crate) messenger: Messenger,
    pub(crate) closing: CancellationToken,
    pub(crate) world: Option<World>,
    pub(crate) tokens: Tokens,
    pub(crate) tls: Tls,
    pub(crate) bankid: BankId,
    pub(crate) portal: Option<String>,
    pub(crate) delays: PathBuf,
    pub(crate) addresses: BTreeMap<System, SocketAddr>,
    pub(crate) control: SocketAddr,
}

impl State {
    /// A memory with its first population.
    ///
    /// # Errors
    /// Everything that is wrong with the world, a sentence each.
    pub(crate) fn new(begin: Beginnings) -> Result<Self, Vec<String>> {
        let first = Arc::new(Census::take(begin.world.unwrap_or_else(shipped))?);
        if let Some(now) = first.now {
            begin.clock.set(now);
        }
        let town = Self {
            clock: begin.clock,
            faults: Faults::default(),
            calls: Calls::default(),
            mail: Postbox::default(),
            sms: Postbox::default(),
            pupil: Arc::new(PupilRegister::new(begin.messenger.clone())),
            gateway: Arc::new(Gateway::new(begin.messenger.clone())),
            messenger: begin.messenger,
            bankid: begin.bankid,
            tokens: begin.tokens,
            tls: begin.tls,
            addresses: begin.addresses,
            control: begin.control,
            portal: begin.portal,
            closing: begin.closing,
            delays: begin.delays,
            census: Mutex::new(first.clone()),
            first,
        };
        town.publish_delays();
        Ok(town)
    }

    /// The day it is in Sweden.
    pub(crate) fn today(&self) -> Date {
        self.clock.today()
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
        self.put(Arc::new(Census::take(world)?));
        if let Some(now) = now {
            self.clock.set(now);
        }
        Ok(())
    }

    /// Puts a checked population in place. Pupils who are not in it, or are somebody else there, leave no trace.
    fn put(&self, census: Arc<Census>) {
        let old = std::mem::replace(&mut *lock(&self.census), census.clone());
        self.pupil.forget(&old, &census);
        self.pupil.follow(&census);
        self.publish_delays();
    }

    /// Writes down how long each school waits before it tells of an absence, as the portal's settings would have it.
    fn publish_delays(&self) {
        let census = self.census();
        let units = census.world().units.iter();
        let delays: BTreeMap<&str, u32> =
            units.filter_map(|unit| Some((unit.code.as_str(), unit.notice_delay_minutes?))).collect();
        let text = serde_json::to_string_pretty(&delays).unwrap_or_default();
        if let Err(error) = write(&self.delays, &text) {
            tracing::warn!(%error, "the schools' delays are not written");
        }
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
        self.pupil.follow(&census);
        Ok(changed)
    }

    /// The first world, empty boxes, no faults, no orders, no absences, real time.
    pub(crate) fn reset(&self) {
        self.messenger.reset();
        self.faults.clear();
        self.calls.clear();
        self.mail.clear();
        self.sms.clear();
        self.gateway.clear();
        self.pupil.clear();
        self.bankid.clear();
        self.put(self.first.clone());
        self.clock.reset();
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
