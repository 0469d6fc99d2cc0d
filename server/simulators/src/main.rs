//! `town`: the outside world as a program of its own.

use anyhow::{Context, Result};
use clap::Parser;
use simulators::{
    Clock, Options, System, Town, World,
    world::{MOST_PUPILS, city},
};
use std::{io::Write, net::IpAddr, path::PathBuf, process::ExitCode};

/// The made-up outside world of the portal: BankID, registers, mail, and a page to play its people.
#[derive(Debug, Parser)]
#[command(name = "town", version)]
struct Arguments {
    /// Where certificates and secrets for clients are written.
    #[arg(long, default_value = "target/town")]
    dir: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The control interface's port; the systems take the ports after it.
    #[arg(long, default_value_t = 4100)]
    port_base: u16,
    /// The portal's address, for a link on the page of people.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    portal: String,
    /// A world (JSON) instead of the shipped one.
    #[arg(long)]
    world: Option<PathBuf>,
    /// A generated city of so many pupils instead of the shipped world, with lessons in this week.
    #[arg(long, conflicts_with = "world", value_parser = clap::value_parser!(u32).range(1..=MOST_PUPILS as i64))]
    persons: Option<u32>,
    /// Which city: the same number of pupils and the same seed is the same city.
    #[arg(long, default_value_t = 1, requires = "persons")]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, with what led to what; nobody is left to tell if this cannot be written.
            drop(writeln!(std::io::stderr(), "town: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    simulators::use_ring();
    let generated =
        arguments.persons.map(|pupils| city(pupils as usize, arguments.seed, Clock::default().today()));
    let world = arguments.world.map(read).transpose()?.or(generated);
    let options = Options {
        dir: arguments.dir,
        host: arguments.host,
        port_base: arguments.port_base,
        world,
        portal: Some(arguments.portal),
        keys: None,
    };
    let town = Town::start(options).await?;
    greet(&town)?;
    stopped().await?;
    town.close().await;
    Ok(())
}

fn read(path: PathBuf) -> Result<World> {
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a world", path.display()))
}

/// Says where everything is; the last line begins with `ready`.
fn greet(town: &Town) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "bankid      {}/rp/v6.0/", town.url(System::Bankid))?;
    writeln!(out, "population  {}", town.url(System::Population))?;
    writeln!(out, "pupil       {}", town.url(System::Pupil))?;
    writeln!(out, "smtp        {}", town.url(System::Smtp))?;
    writeln!(out, "sms         {}/a1/sms", town.url(System::Sms))?;
    writeln!(out, "control     {}", town.control())?;
    writeln!(out, "ready {}", town.human_page())?;
    Ok(out.flush()?)
}

async fn stopped() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
