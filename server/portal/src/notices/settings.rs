//! When and how long: what a school, or the operator for all schools, decides.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The longest delay a school may choose.
const LONGEST: u64 = 120;

/// When and how guardians are told of absences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notices {
    /// How long after an absence came in, where its school says nothing: late arrivals can be corrected meanwhile.
    pub delay: Duration,
    /// JSON file with the delays of single schools, minutes by unit code.
    pub delays: Option<PathBuf>,
    /// How often changes are read in case nobody calls.
    pub every: Duration,
    /// How long one channel is tried before the next takes over.
    pub try_for: Duration,
    /// How long a text message whose sending is in doubt is left alone before the gateway is asked for it.
    pub doubt: Duration,
    /// How long the gateway's word is waited for before it is asked what became of a text message.
    pub silence: Duration,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            delay: Duration::from_secs(15 * 60),
            delays: None,
            every: Duration::from_secs(60),
            try_for: Duration::from_secs(45 * 60),
            doubt: Duration::from_secs(20),
            silence: Duration::from_secs(30 * 60),
        }
    }
}

/// The schools' delays, as they stand at one moment.
pub(super) struct Delays {
    usual: Duration,
    own: BTreeMap<String, u64>,
}

impl Delays {
    /// Reads them. Where they cannot be read the usual delay holds.
    pub(super) async fn read(settings: &Notices) -> Self {
        let own = match &settings.delays {
            None => BTreeMap::new(),
            Some(file) => match tokio::fs::read(file).await.map(|text| serde_json::from_slice(&text)) {
                Ok(Ok(own)) => own,
                Ok(Err(_)) => {
                    tracing::warn!(file = %file.display(), "the schools' delays are no JSON of minutes by unit");
                    BTreeMap::new()
                }
                Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "the schools' delays cannot be read: the usual one holds");
                    BTreeMap::new()
                }
            },
        };
        Self { usual: settings.delay, own }
    }

    /// Whether some school tells so soon.
    pub(super) fn are_within(&self, span: Duration) -> bool {
        self.usual < span || self.own.values().any(|minutes| Duration::from_secs(60 * minutes) < span)
    }

    /// The delay of a unit.
    pub(super) fn of(&self, unit: Option<&str>) -> Duration {
        let own = unit.and_then(|code| self.own.get(code));
        own.map_or(self.usual, |minutes| Duration::from_secs(60 * (*minutes).min(LONGEST)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_school_has_its_own_delay_and_every_other_the_usual_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("delays.json");
        std::fs::write(&file, r#"{"99020201": 0, "99020202": 30, "99020203": 100000}"#).unwrap();
        let settings = Notices { delays: Some(file.clone()), ..Notices::default() };
        let delays = Delays::read(&settings).await;
        let minutes = |unit| delays.of(unit).as_secs() / 60;
        let found = [Some("99020201"), Some("99020202"), Some("99020203"), Some("1"), None].map(minutes);
        assert_eq!(found, [0, 30, 120, 15, 15]);
        std::fs::write(&file, "[]").unwrap();
        assert_eq!(Delays::read(&settings).await.of(Some("99020201")).as_secs(), 15 * 60);
    }
}
