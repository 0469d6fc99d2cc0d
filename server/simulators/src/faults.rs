//! Bad days on demand: what goes wrong at which system, on which path, how many times.
//!
//! Faults of the connection (`down` and `wrong-certificate` without a path) are asked for when a connection is accepted,
//! all others when a request has been read. A `wrong-certificate` also closes the idle connections of its system, so that a
//! client with a pool meets it too; `down` drops the next request on such a connection.

use crate::{System, lock};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Mutex, time::Duration};
use tokio::sync::watch;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed without a word.
    Down,
    /// No answer ever comes.
    Hang,
    /// The right answer, late.
    Slow(Duration),
    /// An error answer with this HTTP status (or SMTP reply code).
    Status(u16),
    /// Status 200 and a body that is not what it says it is.
    Garbage,
    /// The answer breaks off in the middle.
    Truncate,
    /// The server shows a certificate that nobody trusts.
    WrongCertificate,
    /// The request is carried out, then the connection drops without an answer.
    AcceptThenDrop,
    /// The answer holds a code that no specification lists.
    UnknownCode,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("down"),
            Self::Hang => f.write_str("hang"),
            Self::Slow(by) => write!(f, "slow:{}", by.as_millis()),
            Self::Status(code) => write!(f, "status:{code}"),
            Self::Garbage => f.write_str("garbage"),
            Self::Truncate => f.write_str("truncate"),
            Self::WrongCertificate => f.write_str("wrong-certificate"),
            Self::AcceptThenDrop => f.write_str("accept-then-drop"),
            Self::UnknownCode => f.write_str("unknown-code"),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("no fault called {text}");
        if let Some(millis) = text.strip_prefix("slow:") {
            return millis.parse().map(|ms| Self::Slow(Duration::from_millis(ms))).map_err(|_| unknown());
        }
        if let Some(code) = text.strip_prefix("status:") {
            return match code.parse() {
                Ok(code @ 200..=599) => Ok(Self::Status(code)),
                _ => Err(unknown()),
            };
        }
        match text {
            "down" => Ok(Self::Down),
            "hang" => Ok(Self::Hang),
            "garbage" => Ok(Self::Garbage),
            "truncate" => Ok(Self::Truncate),
            "wrong-certificate" => Ok(Self::WrongCertificate),
            "accept-then-drop" => Ok(Self::AcceptThenDrop),
            "unknown-code" => Ok(Self::UnknownCode),
            _ => Err(unknown()),
        }
    }
}

/// A fault as it is ordered: `path` is any part of the request's path (for mail: an SMTP verb), `count` how many times it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whom it strikes.
    pub system: System,
    /// The fault by name; `none` ends the system's faults, with a `path` only those of that path.
    pub fault: String,
    /// Only requests whose path holds this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How many times; without it until it is ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl Order {
    /// A fault that strikes every request until it is ended.
    pub fn new(system: System, fault: impl Into<String>) -> Self {
        Self { system, fault: fault.into(), path: None, count: None }
    }

    /// Only where the path holds `part`.
    pub fn at(self, part: impl Into<String>) -> Self {
        Self { path: Some(part.into()), ..self }
    }

    /// Only so many times.
    pub fn times(self, count: u32) -> Self {
        Self { count: Some(count), ..self }
    }
}

#[derive(Debug)]
struct Standing {
    system: System,
    fault: Fault,
    path: Option<String>,
    left: Option<u32>,
}

/// The faults that stand.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    standing: Mutex<Vec<Standing>>,
    /// One for each system, in their order.
    recertified: [watch::Sender<()>; System::ALL.len()],
}

impl Faults {
    /// Takes up an order, in place of one for the same system and path.
    ///
    /// # Errors
    /// The sentence that says which word is unknown.
    pub(crate) fn order(&self, order: Order) -> Result<(), String> {
        let fault = match order.fault.as_str() {
            "none" => None,
            name => Some(name.parse()?),
        };
        let path = order.path.filter(|path| !path.is_empty());
        let mut standing = lock(&self.standing);
        standing.retain(|s| {
            let same_path = s.path == path || (fault.is_none() && path.is_none());
            s.system != order.system || !same_path
        });
        if let Some(fault) = fault
            && order.count != Some(0)
        {
            standing.push(Standing { system: order.system, fault, path, left: order.count });
        }
        drop(standing);
        if fault == Some(Fault::WrongCertificate) {
            self.recertified[order.system.position()].send_replace(());
        }
        Ok(())
    }

    /// What stands now, as it was ordered, counts brought down to what is left.
    pub(crate) fn list(&self) -> Vec<Order> {
        let standing = lock(&self.standing);
        let order = |s: &Standing| Order {
            system: s.system,
            fault: s.fault.to_string(),
            path: s.path.clone(),
            count: s.left,
        };
        standing.iter().map(order).collect()
    }

    /// Ends all faults.
    pub(crate) fn clear(&self) {
        lock(&self.standing).clear();
    }

    /// Tells when `system` is to show a wrong certificate from now on.
    pub(crate) fn recertified(&self, system: System) -> watch::Receiver<()> {
        self.recertified[system.position()].subscribe()
    }

    /// What strikes a connection that was just accepted: only [`Fault::Down`] or [`Fault::WrongCertificate`].
    pub(crate) fn on_connection(&self, system: System) -> Option<Fault> {
        self.take(|s| {
            s.system == system
                && match s.fault {
                    Fault::Down => s.path.is_none(),
                    fault => fault == Fault::WrongCertificate,
                }
        })
    }

    /// What strikes a request to `path` (for mail: to a verb).
    pub(crate) fn on_request(&self, system: System, path: &str) -> Option<Fault> {
        self.take(|s| {
            s.system == system
                && s.fault != Fault::WrongCertificate
                && s.path.as_deref().is_none_or(|part| path.contains(part))
        })
    }

    /// A fault with a path goes before one without.
    fn take(&self, strikes: impl Fn(&Standing) -> bool) -> Option<Fault> {
        let mut standing = lock(&self.standing);
        let at = standing
            .iter()
            .position(|s| s.path.is_some() && strikes(s))
            .or_else(|| standing.iter().position(&strikes))?;
        let found = &mut standing[at];
        let fault = found.fault;
        if let Some(left) = &mut found.left {
            *left -= 1;
            if *left == 0 {
                standing.remove(at);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(fault: &str, path: Option<&str>, count: Option<u32>) -> Order {
        Order { system: System::Bankid, fault: fault.into(), path: path.map(Into::into), count }
    }

    #[test]
    fn a_counted_fault_strikes_that_often_and_only_its_path() {
        let faults = Faults::default();
        faults.order(order("status:503", Some("/collect"), Some(2))).unwrap();
        assert_eq!(faults.on_request(System::Bankid, "/rp/v6.0/auth"), None);
        assert_eq!(faults.on_request(System::Pupil, "/rp/v6.0/collect"), None);
        for _ in 0..2 {
            assert_eq!(faults.on_request(System::Bankid, "/rp/v6.0/collect"), Some(Fault::Status(503)));
        }
        assert_eq!(faults.on_request(System::Bankid, "/rp/v6.0/collect"), None);
    }

    #[test]
    fn none_ends_what_stands_and_a_new_order_replaces_the_old() {
        let faults = Faults::default();
        faults.order(order("hang", None, None)).unwrap();
        faults.order(order("slow:250", None, None)).unwrap();
        faults.order(order("garbage", Some("/auth"), None)).unwrap();
        assert_eq!(faults.list().len(), 2);
        assert_eq!(faults.on_request(System::Bankid, "/auth"), Some(Fault::Garbage));
        assert_eq!(
            faults.on_request(System::Bankid, "/collect"),
            Some(Fault::Slow(Duration::from_millis(250)))
        );
        faults.order(order("none", None, None)).unwrap();
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_connection_meets_only_faults_of_the_connection() {
        let faults = Faults::default();
        faults.order(order("hang", None, None)).unwrap();
        assert_eq!(faults.on_connection(System::Bankid), None);
        faults.order(order("wrong-certificate", None, Some(1))).unwrap();
        assert_eq!(faults.on_request(System::Bankid, "/auth"), None);
        assert_eq!(faults.on_connection(System::Bankid), Some(Fault::WrongCertificate));
        assert_eq!(faults.on_connection(System::Bankid), None);
    }

    #[test]
    fn every_fault_reads_back_as_it_is_written() {
        for name in
            "down hang slow:70 status:418 garbage truncate wrong-certificate accept-then-drop unknown-code"
                .split(' ')
        {
            assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
        }
        assert!("slow:x".parse::<Fault>().is_err() && "status:99".parse::<Fault>().is_err());
    }
}
