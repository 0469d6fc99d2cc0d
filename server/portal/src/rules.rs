//! Every figure and switch of the house, as configuration. The defaults are those of the security reference.

use std::time::Duration;

use bankid::{
    BadSetting,
    launch::{Launch, ReturnPage},
};

use crate::{limits::Limits, notices::Notices};

/// What the portal is told at start.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The public address, without a slash at the end: return addresses and letters are built from it, never from a
    /// request.
    pub site: String,
    /// The host name BankID is told as the referring domain.
    pub domain: String,
    /// How the BankID app is started on the visitor's own device.
    pub launch: Launch,
    /// The page the app returns to.
    pub return_page: ReturnPage,
    /// The municipality the house serves, as in folkbokföringen: four digits, `1480` for Göteborg.
    pub municipality: String,
    /// Lifetimes.
    pub spans: Spans,
    /// Rate limits.
    pub limits: Limits,
    /// The seat belt of the pupil register's import.
    pub brake: Brake,
    /// When and how guardians are told of absences.
    pub notices: Notices,
    /// Whether a same-device order may, on strict conditions, be finished by the waiting tab (security reference,
    /// section 3, rule 4, fallback). Off unless the controller decides otherwise.
    pub finish_in_waiting_tab: bool,
    /// Development only: the named point at which the process aborts. See [`crate::FAILPOINTS`].
    pub failpoint: Option<String>,
}

impl Rules {
    /// The path of the page the BankID app returns to.
    pub const RETURN_PATH: &str = "/bankid/retur";
    /// The path before the token of the link in a letter that proves an e-mail address.
    pub const CONFIRM_PATH: &str = "/bekrafta-e-post/";
    /// The path before the token of the link by which a guardian says that a notice was received.
    pub const RECEIVED_PATH: &str = "/kvittera/";
    /// The path before the name that the pupil register calls when attendance changed.
    pub const ATTENDANCE_PATH: &str = "/krok/narvaro/";
    /// The path before the token of the address that reports of a text message go to.
    pub const REPORTS_PATH: &str = "/krok/sms/";

    /// The defaults, for a site at this public address.
    ///
    /// # Errors
    /// [`BadSetting`] where the address cannot be one BankID returns to.
    pub fn at(site: &str, launch: Launch) -> Result<Self, BadSetting> {
        let site = site.trim_end_matches('/').to_owned();
        let return_page = ReturnPage::new(&format!("{site}{}", Self::RETURN_PATH))?;
        let host = site.split_once("://").map_or(site.as_str(), |(_, rest)| rest);
        let domain = host.split(['/', ':']).next().unwrap_or_default().to_owned();
        Ok(Self {
            site,
            domain,
            launch,
            return_page,
            municipality: "1480".to_owned(),
            spans: Spans::default(),
            limits: Limits::default(),
            brake: Brake::default(),
            notices: Notices::default(),
            finish_in_waiting_tab: false,
            failpoint: None,
        })
    }

    /// The host of the public address, as it stands in a text message.
    pub(crate) fn host(&self) -> &str {
        self.site.split_once("://").map_or(self.site.as_str(), |(_, host)| host)
    }
}

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// A session without a request of its visitor's.
    pub session_idle: Duration,
    /// A session from login to its end, whatever happens.
    pub session_absolute: Duration,
    /// How long before its end the visitor is told.
    pub session_warning: Duration,
    /// How long a BankID identification counts as fresh.
    pub fresh: Duration,
    /// A login transaction, from its start.
    pub login: Duration,
    /// How long a completed identification can be redeemed, and with it the nonce of its return address.
    pub redeem: Duration,
    /// How long an unread QR code is replaced silently by a new order.
    pub restart: Duration,
    /// How long a page counts as open after its last question.
    pub page_open: Duration,
    /// How long an answer of the population register is trusted.
    pub trust_for: Duration,
    /// How long one call to a register may take while a visitor waits.
    pub register_patience: Duration,
    /// How long existing links live on last known data while a register is down.
    pub last_known: Duration,
    /// How long a copy of the pupil register is good enough for a new account.
    pub copy_good: Duration,
    /// How often the pupil register is read.
    pub sync_every: Duration,
    /// An unfinished application.
    pub draft: Duration,
    /// The code and the link of an e-mail proof, from the moment the letter leaves.
    pub proof: Duration,
    /// The link that confirms a notice, from the moment its letter leaves.
    pub confirm_link: Duration,
    /// A refused form.
    pub aside: Duration,
    /// How long a holder may open the account they closed again.
    pub undo_close: Duration,
    /// How far ahead a placement may begin and still count.
    pub placement_ahead: Duration,
    /// How long a child whose placement ended can still be read about.
    pub placement_behind: Duration,
    /// Evidence of completed identifications.
    pub keep_evidence: Duration,
    /// Rows of ended sessions.
    pub keep_sessions: Duration,
    /// Personal data of a closed account.
    pub keep_closed: Duration,
    /// Messages inside the service, from the day they came.
    pub keep_messages: Duration,
    /// Absences, from the day they were.
    pub keep_absences: Duration,
    /// Client addresses beside the audit log.
    pub keep_addresses: Duration,
    /// Letters of an account, also those that could not leave.
    pub keep_letters: Duration,
    /// The reason of a reported absence, from the report on.
    pub keep_reasons: Duration,
    /// A report of absence, from the end of the absence on.
    pub keep_reports: Duration,
    /// How late a day without a time counts as begun, from midnight on: until then its report can be taken back.
    pub school_begins: Duration,
    /// How often the audit log is sealed.
    pub seal_every: Duration,
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

const fn days(days: u64) -> Duration {
    minutes(days * 24 * 60)
}

impl Default for Spans {
    fn default() -> Self {
        Self {
            session_idle: minutes(30),
            session_absolute: minutes(8 * 60),
            session_warning: minutes(2),
            fresh: minutes(15),
            login: minutes(10),
            redeem: minutes(3),
            restart: minutes(3),
            page_open: Duration::from_secs(6),
            trust_for: minutes(15),
            register_patience: Duration::from_secs(10),
            last_known: minutes(24 * 60),
            copy_good: minutes(48 * 60),
            sync_every: minutes(60),
            draft: minutes(24 * 60),
            proof: minutes(10),
            confirm_link: days(14),
            aside: minutes(30),
            undo_close: days(30),
            placement_ahead: days(60),
            placement_behind: days(90),
            keep_evidence: days(365),
            keep_sessions: days(30),
            keep_closed: days(90),
            keep_messages: days(365),
            keep_absences: days(2 * 365),
            keep_addresses: days(90),
            keep_letters: days(7),
            keep_reasons: days(90),
            keep_reports: days(2 * 365),
            school_begins: minutes(8 * 60),
            seal_every: Duration::from_secs(60),
        }
    }
}

/// When an import of the pupil register stops and keeps yesterday's copy. The first import is exempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brake {
    /// The register may lose at most this share of its persons, in percent.
    pub shrink_percent: f64,
    /// At most this share of the guardian relations, those before and the new ones together, may change, in percent.
    pub relations_percent: f64,
    /// At most this many persons' relations or numbers may change.
    pub persons: usize,
    /// At most this share of the known pupils may lose a protection mark, or gain one, and of the known adults gain one, in
    /// percent.
    pub marks_percent: f64,
    /// A change of this many persons or fewer never stops an import, so that a small register can change at all.
    pub always_allowed: usize,
}

impl Default for Brake {
    fn default() -> Self {
        Self {
            shrink_percent: 5.0,
            relations_percent: 2.0,
            persons: 50,
            marks_percent: 0.0,
            always_allowed: 5,
        }
    }
}
