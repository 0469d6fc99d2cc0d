//! What an operator types.

use std::{ffi::OsString, io::Write, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, Parser, Subcommand};
use model::AccountId;
use portal::{
    Clock,
    audit::{self, OutsideSeal, Span},
    keys::KeyRing,
};
use serde::Serialize;

use crate::{
    house::{self, House, Role},
    http::routes,
    settings::{self, Settings},
    telemetry::{self, Stream, Style},
};

mod check;

/// The guardian-account portal of Hjärntorget. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "hjarntorget", version, propagate_version = true)]
struct Arguments {
    /// The settings' file.
    #[arg(long, global = true, default_value = settings::FILE, value_name = "FILE")]
    config: PathBuf,
    /// How the log is written.
    #[arg(long, global = true, value_enum, default_value_t)]
    log: Style,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Opens the doors, and works behind them.
    Serve {
        /// What of the house this process is.
        #[arg(long, value_enum, default_value_t)]
        role: Role,
    },
    /// Brings the database's tables up to this program.
    Migrate,
    /// Looks whether settings, certificates, keys and every outside system are in order.
    Check {
        /// Only lists the points at which HJARNTORGET__FAILPOINT can end the process (development).
        #[arg(long)]
        failpoints: bool,
    },
    /// Lists everything that answers; needs no database.
    Routes {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the jobs: what is to be done, and what was until it is cleared away.
    Jobs {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the children of whose absence nobody could be told: a school calls their homes.
    CallHome {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads the pupil register now.
    Sync {
        /// Lets through a change so large that it would be stopped: a human looked at it.
        #[arg(long)]
        accept: bool,
    },
    /// One account.
    #[command(subcommand)]
    Account(AccountCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The master key.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Shows it, without anything of the person.
    Show {
        /// The account's id.
        id: AccountId,
    },
    /// Closes it; its sessions end at once.
    Close {
        /// The account's id.
        id: AccountId,
        /// Why, as one word for the audit log.
        #[arg(long, default_value = "operator")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Checks that no row was changed, removed, added or moved. Exit 1 names the first that was.
    Verify {
        /// The first row looked at.
        #[arg(long)]
        from: Option<i64>,
        /// The last row looked at.
        #[arg(long)]
        to: Option<i64>,
        /// A seal as it left the house in the log stream, `number:mac`: only against these a cut tail or an old database
        /// put back is seen.
        #[arg(long = "seal", value_name = "NUMBER:MAC")]
        seals: Vec<OutsideSeal>,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Makes the key file named in the settings, where there is none.
    Create,
}

/// Runs what the arguments say.
///
/// # Errors
/// One line for the operator.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            error.print().context("cannot write")?;
            return Ok(if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS });
        }
    };
    let command = arguments.command.unwrap_or(Command::Serve { role: Role::default() });
    if let Command::Routes { json } = command {
        return routes(json);
    }
    if let Command::Check { failpoints: true } = command {
        for point in portal::FAILPOINTS {
            say(point)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let settings = Settings::load(&arguments.config)?;
    let stream = if matches!(command, Command::Serve { .. }) { Stream::Output } else { Stream::Error };
    telemetry::start(arguments.log, stream);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")?
        .block_on(command.carry_out(settings))
}

impl Command {
    async fn carry_out(self, settings: Settings) -> Result<ExitCode> {
        house::prepare();
        match self {
            Self::Serve { role } => house::serve(settings, role).await?,
            Self::Migrate => migrate(&settings).await?,
            Self::Check { .. } => return check::run(settings).await,
            Self::Routes { .. } => bail!("routes need no settings"),
            Self::Jobs { json } => jobs(&settings, json).await?,
            Self::CallHome { json } => call_home(settings, json).await?,
            Self::Sync { accept } => sync(settings, accept).await?,
            Self::Account(AccountCommand::Show { id }) => show_account(settings, id).await?,
            Self::Account(AccountCommand::Close { id, reason }) => {
                close_account(settings, id, &reason).await?
            }
            Self::Audit(AuditCommand::Verify { from, to, seals }) => {
                verify(&settings, Span { from, to }, &seals).await?;
            }
            Self::Keys(KeysCommand::Create) => create_key(&settings)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn migrate(settings: &Settings) -> Result<()> {
    let store = house::connect(settings).await?;
    store::migrate(&store).await.context("cannot migrate the database")?;
    store.close().await?;
    say("the database is up to date")
}

async fn jobs(settings: &Settings, json: bool) -> Result<()> {
    let store = house::connect_migrated(settings).await?;
    let rows = jobs::list(&store).await.context("cannot read the jobs")?;
    if json {
        return print(&rows);
    }
    for row in rows {
        say(&format!(
            "{}  {:28} {:8} {:>3} tries  due {}  {}",
            row.id,
            row.name,
            row.state,
            row.tries,
            row.due,
            row.last_error.unwrap_or_default()
        ))?;
    }
    Ok(())
}

async fn call_home(settings: Settings, json: bool) -> Result<()> {
    let house = House::open(settings, Clock::system()).await?;
    let homes = house.portal().call_home().await.context("cannot read the list")?;
    if json {
        return print(&homes);
    }
    for home in homes {
        say(&format!(
            "{}  unit {:10} child {}  {:12} since {}",
            home.day,
            home.unit.unwrap_or_default(),
            home.child,
            home.reason,
            home.since
        ))?;
    }
    Ok(())
}

async fn sync(settings: Settings, accept: bool) -> Result<()> {
    let house = House::open(settings, Clock::system()).await?;
    let report = house.portal().sync_registers(accept).await?;
    print(&report)?;
    if let Some(why) = report.braked {
        bail!("the import stopped ({why}); look at the register, then run `hjarntorget sync --accept`");
    }
    Ok(())
}

async fn show_account(settings: Settings, id: AccountId) -> Result<()> {
    let house = House::open(settings, Clock::system()).await?;
    print(&house.portal().show_account(id).await.context("cannot show the account")?)
}

async fn close_account(settings: Settings, id: AccountId, reason: &str) -> Result<()> {
    let house = House::open(settings, Clock::system()).await?;
    house.portal().close_account(id, reason).await.context("cannot close the account")?;
    say("closed")
}

fn create_key(settings: &Settings) -> Result<()> {
    let path = &settings.house.keys.master;
    house::create_key(path)?;
    say(&format!("made {}; keep two copies of it apart from the data", path.display()))
}

async fn verify(settings: &Settings, span: Span, seals: &[OutsideSeal]) -> Result<()> {
    let store = house::connect_migrated(settings).await?;
    let keys = KeyRing::read(&settings.house.keys.master).context("[keys] master")?;
    let report = audit::verify(&store, &keys, span, seals).await.context("cannot read the audit log")?;
    let noted = audit::note_verification(&store, &keys, &report, Clock::system().now()).await;
    noted.context("cannot write the audit log")?;
    store.close().await?;
    print(&report)?;
    if let Some(bad) = &report.first_bad {
        bail!("the audit log is not whole: {bad}; keep this database as it is and compare it with a copy");
    }
    Ok(())
}

fn routes(json: bool) -> Result<ExitCode> {
    let lines = routes::all();
    if json {
        print(&lines)?;
    } else {
        for line in lines {
            let island = if line.island { "island" } else { "" };
            say(&format!(
                "{:5} {:34} {:28} {:9} {:10} {island}",
                line.method, line.path, line.name, line.kind, line.policy
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One line on standard output.
fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot write")
}

fn print(value: &impl Serialize) -> Result<()> {
    say(&serde_json::to_string_pretty(value)?)
}

/// What clap would print for `--help`; a test reads it.
pub fn help() -> String {
    Arguments::command().render_long_help().to_string()
}
