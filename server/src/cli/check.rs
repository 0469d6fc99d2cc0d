//! `hjarntorget check`: is everything there that serving needs?

use std::{path::Path, process::ExitCode};

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use portal::Clock;
use x509_parser::pem::Pem;

use super::say;
use crate::{
    house::{self, House},
    settings::Settings,
};

/// A certificate that ends within so many days is worth a word.
const SOON: i64 = 60;

/// Looks at everything and goes on after what is wrong, so that one run shows it all.
pub(super) async fn run(settings: Settings) -> Result<ExitCode> {
    let mut wrong = 0_u32;
    let mut tell = |what: &str, found: Result<String>| -> Result<()> {
        match found {
            Ok(words) => say(&format!("ok     {what}: {words}")),
            Err(error) => {
                wrong += 1;
                say(&format!("wrong  {what}: {error:#}"))
            }
        }
    };
    tell("settings", Ok(if settings.in_production() { "PROD" } else { "DEV" }.to_owned()))?;
    let now = Clock::system().now();
    let files = &settings.house;
    for (what, path) in [
        ("bankid.identity", &files.bankid.identity),
        ("bankid.authorities", &files.bankid.authorities),
        ("navet.identity", &files.navet.identity),
        ("navet.authorities", &files.navet.authorities),
        ("pupil-register.authorities", &files.pupil_register.authorities),
        ("mail.authorities", &files.mail.authorities),
        ("sms.authorities", &files.sms.authorities),
    ] {
        tell(what, expiry(path, now))?;
    }
    let database = database(&settings).await;
    let stands = database.is_ok();
    tell("database", database)?;
    if stands {
        match House::open(settings, Clock::system()).await {
            Ok(house) => {
                tell("keys", Ok("the master key opens".to_owned()))?;
                for (system, answers) in house.portal().reach().await {
                    let silent =
                        || anyhow!("does not answer: look at its endpoint, its certificates and the network");
                    tell(system.word(), answers.then(|| "answers".to_owned()).ok_or_else(silent))?;
                }
            }
            Err(error) => tell("house", Err(error))?,
        }
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(settings: &Settings) -> Result<String> {
    let store = house::connect(settings).await?;
    let pending = store::pending_migrations(&store).await?;
    store.close().await?;
    if pending == 0 {
        return Ok("up to date".to_owned());
    }
    Err(anyhow!("{pending} migrations behind: run `hjarntorget migrate`"))
}

/// When the first certificate of a file ends.
fn expiry(path: &Path, now: Timestamp) -> Result<String> {
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
    let ends =
        Timestamp::from_second(first.ok_or_else(|| anyhow!("{} holds no certificate", path.display()))?)?;
    let days = ends.duration_since(now).as_hours() / 24;
    if ends <= now {
        return Err(anyhow!("ended {ends}: renew it"));
    }
    Ok(format!("holds {days} more days{}", if days <= SOON { ": renew it soon" } else { "" }))
}
