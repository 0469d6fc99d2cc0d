//! When the certificates we show and the roots we believe end: a BankID that stops one morning is a city without a door.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use x509_parser::pem::Pem;

use crate::settings::House;

/// A certificate that ends within so many days is worth a word: the first time, and again ever nearer the end.
const WORDS_AT: [i64; 3] = [60, 30, 7];
/// How often they are looked at: a file can be replaced while the house stands.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// Every file of certificates, by its key in the settings.
pub fn files(house: &House) -> [(&'static str, &Path); 7] {
    [
        ("bankid.identity", &house.bankid.identity),
        ("bankid.authorities", &house.bankid.authorities),
        ("navet.identity", &house.navet.identity),
        ("navet.authorities", &house.navet.authorities),
        ("pupil-register.authorities", &house.pupil_register.authorities),
        ("mail.authorities", &house.mail.authorities),
        ("sms.authorities", &house.sms.authorities),
    ]
}

/// When the first certificate of a file ends.
///
/// # Errors
/// One line that names the file.
pub fn end_of(path: &Path) -> Result<Timestamp> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut first: Option<i64> = None;
    for pem in Pem::iter_from_buffer(&text) {
        let pem = pem.map_err(|error| anyhow!("{}: {error}", path.display()))?;
        if pem.label != "CERTIFICATE" {
            continue;
        }
        let certificate = pem.parse_x509().map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let ends = certificate.validity().not_after.timestamp();
        first = Some(first.map_or(ends, |other| other.min(ends)));
    }
    let first = first.ok_or_else(|| anyhow!("{} holds no certificate", path.display()))?;
    Ok(Timestamp::from_second(first)?)
}

/// Whole days from `now` to an end; below nought after it.
pub fn days_until(ends: Timestamp, now: Timestamp) -> i64 {
    ends.duration_since(now).as_secs().div_euclid(24 * 60 * 60)
}

/// Whether an end so near is worth a word.
pub fn is_soon(days: i64) -> bool {
    nearness(days) > 0
}

/// How many of the marks an end has passed.
fn nearness(days: i64) -> usize {
    WORDS_AT.iter().filter(|mark| days <= **mark).count()
}

/// Looks at the files now and then: a figure for each, and a line in the log at each mark that is passed.
pub(crate) async fn watch(house: House, stop: CancellationToken) {
    let mut watched: Vec<Watched> = files(&house)
        .into_iter()
        .map(|(key, path)| Watched { key, path: path.to_owned(), said: 0 })
        .collect();
    loop {
        // The clock of the machine, whatever time the house pretends: it is the one that TLS goes by.
        let now = portal::Clock::system().now();
        for file in &mut watched {
            file.look(now);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

struct Watched {
    key: &'static str,
    path: PathBuf,
    /// How many marks were passed when it was last spoken of.
    said: usize,
}

impl Watched {
    /// The days left where there is something to say.
    fn look(&mut self, now: Timestamp) -> Option<i64> {
        let days = match end_of(&self.path) {
            Ok(ends) => days_until(ends, now),
            Err(error) => {
                tracing::warn!(name = self.key, %error, "a certificate cannot be read");
                return None;
            }
        };
        metrics::gauge!("certificate_days", "name" => self.key).set(days as f64);
        let passed = nearness(days);
        let news = passed > self.said;
        self.said = passed;
        if news && passed == WORDS_AT.len() {
            tracing::error!(name = self.key, n = days, "a certificate ends in a few days: renew it");
        } else if news {
            tracing::warn!(name = self.key, n = days, "a certificate ends soon: renew it");
        }
        news.then_some(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    #[tokio::test]
    async fn an_end_is_spoken_of_at_sixty_at_thirty_and_at_seven_days_and_once_each() {
        let server = simulators::Scripted::start(vec![]).await;
        let path = server.path("identity.pem");
        let ends = end_of(&path).unwrap();
        let mut file = Watched { key: "navet.identity", path, said: 0 };
        let mut spoken = Vec::new();
        for left in [90, 61, 60, 59, 31, 30, 8, 7, 1, 0, -1] {
            let now = Timestamp::from_second(ends.as_second() - left * DAY).unwrap();
            assert_eq!(is_soon(left), left <= 60, "{left}");
            spoken.extend(file.look(now));
        }
        assert_eq!(spoken, [60, 30, 7]);
        assert_eq!(file.look(Timestamp::from_second(ends.as_second() - 90 * DAY).unwrap()), None, "renewed");
        assert_eq!(file.said, 0, "and so spoken of again in its time");
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.pem");
        std::fs::write(&path, "").unwrap();
        let error = end_of(&path).unwrap_err().to_string();
        assert!(error.contains("empty.pem"), "{error}");
    }
}
