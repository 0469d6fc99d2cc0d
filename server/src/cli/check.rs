//! `hjarntorget check`: is everything there that serving needs?

use std::{path::Path, process::ExitCode};

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use portal::Clock;

use super::say;
use crate::{
    certificates,
    house::{self, House},
    settings::Settings,
};

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
    for (what, path) in certificates::files(&settings.house) {
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
    let ends = certificates::end_of(path)?;
    if ends <= now {
        return Err(anyhow!("ended {ends}: renew it"));
    }
    let days = certificates::days_until(ends, now);
    Ok(format!("holds {days} more days{}", if certificates::is_soon(days) { ": renew it soon" } else { "" }))
}
