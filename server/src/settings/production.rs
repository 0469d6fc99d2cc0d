//! What a house that serves real people must not stand on.

use std::{net::IpAddr, path::Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use x509_parser::pem::Pem;

use super::{ClockSource, FAILPOINT, House, PupilRegister, Settings};
use crate::certificates;

/// Where `make run` puts what it makes up, as a folder within a folder; nothing in production may come from there.
const MADE_UP: [[&str; 2]; 2] = [["target", "town"], ["target", "keys"]];
/// Words in the names of certificates and of their issuers that only made-up ones bear: the town's, BankID's test's.
const TEST_NAMES: [&str; 8] =
    ["test", "town", "simulat", "localhost", "påhitta", "stadens rot", "registrets kunder", "någon annan"];

/// So many changed persons are a whole city: the brake of a house whose world is replaced at will.
const NO_BRAKE: usize = 100_000;

/// Refuses an outside system on loopback, a pretended clock or phone, made-up secrets, fail points, and an import of the
/// pupil register that nothing stops.
/// The database and the mail relay may be local. What certificates say of themselves is looked at by
/// [`check_certificates`].
///
/// # Errors
/// One line naming the key.
pub fn check(settings: &Settings) -> Result<()> {
    let house = &settings.house;
    check_addresses(house)?;
    check_files(house)?;
    check_brakes(&house.pupil_register)?;
    check_password(&house.database.url)?;
    ensure!(
        house.clock.source == ClockSource::System,
        "clock.source: production keeps the machine's time, not the town's"
    );
    ensure!(settings.failpoint.is_none(), "{FAILPOINT}: production has no fail points");
    Ok(())
}

/// The public address and every outside system's; no pretended phone.
fn check_addresses(house: &House) -> Result<()> {
    let site = &house.site.url;
    ensure!(
        site.starts_with("https://") && !on_loopback(site),
        "site.url: production needs the public https address, not {site}"
    );
    for (key, address) in [
        ("bankid.endpoint", &house.bankid.endpoint),
        ("navet.endpoint", &house.navet.endpoint),
        ("pupil-register.endpoint", &house.pupil_register.endpoint),
        ("sms.endpoint", &house.sms.endpoint),
    ] {
        ensure!(address.starts_with("https://"), "{key}: production needs https, not {address}");
        ensure!(
            !on_loopback(address),
            "{key}: {address} is on this machine; production needs the real system"
        );
    }
    if let Some(launch) = &house.bankid.launch {
        bail!("bankid.launch: {launch} is a pretend phone; leave the key out in production");
    }
    Ok(())
}

/// Keys, certificates and secrets come from where nobody made them up.
fn check_files(house: &House) -> Result<()> {
    let needed = [
        ("keys.master", &house.keys.master),
        ("bankid.identity", &house.bankid.identity),
        ("bankid.authorities", &house.bankid.authorities),
        ("navet.identity", &house.navet.identity),
        ("navet.authorities", &house.navet.authorities),
        ("pupil-register.tokens", &house.pupil_register.tokens),
        ("pupil-register.authorities", &house.pupil_register.authorities),
        ("mail.authorities", &house.mail.authorities),
        ("sms.authorities", &house.sms.authorities),
        ("sms.keys", &house.sms.keys),
    ];
    let optional = [
        ("navet.client_secret", &house.navet.client_secret),
        ("hooks.secrets", &house.hooks.secrets),
        ("mail.password", &house.mail.password),
        ("notices.delays", &house.notices.delays),
    ];
    let given = optional.into_iter().filter_map(|(key, path)| Some((key, path.as_ref()?)));
    for (key, path) in needed.into_iter().chain(given) {
        ensure!(!is_made_up(path), "{key}: {} is made up for development", path.display());
    }
    Ok(())
}

/// Something stops an import of the pupil register that changes too much.
fn check_brakes(register: &PupilRegister) -> Result<()> {
    for (key, percent) in [
        ("brake_shrink_percent", register.brake_shrink_percent),
        ("brake_relations_percent", register.brake_relations_percent),
        ("brake_marks_percent", register.brake_marks_percent),
    ] {
        ensure!(
            percent < 100.0,
            "pupil-register.{key}: {percent} % stops no import at all; production wants 5, 2 and 0"
        );
    }
    ensure!(
        register.brake_persons < NO_BRAKE,
        "pupil-register.brake_persons: {} stops no import at all; production wants 50",
        register.brake_persons
    );
    Ok(())
}

/// A database that is signed in to has a password that nobody guesses.
fn check_password(url: &str) -> Result<()> {
    let Some((credentials, _)) = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')) else {
        return Ok(());
    };
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    ensure!(
        !password.is_empty() && password != user && password != "postgres",
        "database.url: production needs a password of its own"
    );
    Ok(())
}

/// Refuses roots and client certificates of tests, by subject and by issuer, wherever they lie.
///
/// # Errors
/// One line naming the key.
pub fn check_certificates(settings: &Settings) -> Result<()> {
    for (key, path) in certificates::files(&settings.house) {
        refuse_test_certificates(path).context(key)?;
    }
    Ok(())
}

/// Refuses a file that holds a certificate of tests.
///
/// # Errors
/// One line naming the certificate; also where the file cannot be read.
pub fn refuse_test_certificates(path: &Path) -> Result<()> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    for pem in Pem::iter_from_buffer(&text) {
        let pem = pem.map_err(|error| anyhow!("{}: {error}", path.display()))?;
        if pem.label != "CERTIFICATE" {
            continue;
        }
        let certificate = pem.parse_x509().map_err(|error| anyhow!("{}: {error}", path.display()))?;
        for name in [certificate.subject(), certificate.issuer()] {
            let name = name.to_string();
            let said = name.to_lowercase();
            ensure!(
                !TEST_NAMES.iter().any(|word| said.contains(word)),
                "{}: a certificate for tests is not believed in production ({name})",
                path.display()
            );
        }
    }
    Ok(())
}

/// Whether a file lies where development puts what it makes up, by whatever way it is named.
fn is_made_up(path: &Path) -> bool {
    let within = |path: &Path| {
        let parts: Vec<_> = path.components().map(|part| part.as_os_str()).collect();
        parts.first().is_some_and(|first| *first == "target")
            || parts.windows(2).any(|pair| MADE_UP.iter().any(|made_up| pair == made_up))
    };
    within(path) || path.canonicalize().is_ok_and(|path| within(&path))
}

/// Whether an address leads back to this machine.
fn on_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.is_empty()
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PREFIX;

    const SHIPPED: &str = include_str!("../../../Leptos.toml");

    /// `openssl req -x509 -subj "/CN=Test Root CA" -days 36500`, of a key that was thrown away.
    const TEST_ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBhTCCASugAwIBAgIUYaiENm9OndqpAz41Z7EEGvpqc+YwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMVGVzdCBSb290IENBMCAXDTI2MTEyNzIxMzQwMFoYDzIxMjYx
MTAzMjEzNDAwWjAXMRUwEwYDVQQDDAxUZXN0IFJvb3QgQ0EwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASCzXQxzFHTs+cbJE/FSOCbobfwO49Wb3efD83JARz1gM+t
Sfyr6wjMs239M/EzPsb49ejaiXqwTemkcsH4sIvYo1MwUTAdBgNVHQ4EFgQU0XYN
N6snEs+TQhImHV7PuvKfvTkwHwYDVR0jBBgwFoAU0XYNN6snEs+TQhImHV7PuvKf
vTkwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAyK+SlRn4XtoB
SEqZEQaRwIBXaKrqdwdK6w85xj3QilcCIH24vX7DBwuV2plfbU8g3zXz1duTKZvk
OT0HryENI7Yb
-----END CERTIFICATE-----
";

    /// The shipped file, moved to a town hall.
    fn in_production() -> String {
        SHIPPED
            .replace("\"DEV\"", "\"PROD\"")
            .replace("http://127.0.0.1:3000", "https://hjarntorget.example")
            .replace("https://127.0.0.1:", "https://system.example:")
            .replace("launch      = ", "# ")
            .replace("\"target/town/", "\"/etc/hjarntorget/")
            .replace("\"target/keys/", "\"/etc/hjarntorget/")
            .replace("brake_shrink_percent    = 100.0", "brake_shrink_percent    = 5.0")
            .replace("brake_relations_percent = 100.0", "brake_relations_percent = 2.0")
            .replace("brake_marks_percent     = 100.0", "brake_marks_percent     = 0.0")
            .replace("brake_persons           = 100000", "brake_persons           = 50")
    }

    fn refusal(from: &str, to: &str) -> String {
        let text = in_production();
        assert!(text.contains(from), "the shipped file no longer holds {from}");
        Settings::read(&text.replace(from, to), []).unwrap_err().to_string()
    }

    #[test]
    fn a_real_configuration_passes() {
        assert!(Settings::read(&in_production(), []).unwrap().in_production());
    }

    #[test]
    fn what_development_stands_on_is_refused_by_key() {
        for (from, to, key) in [
            ("https://hjarntorget.example", "http://hjarntorget.example", "site.url"),
            ("https://system.example:4101", "https://localhost:4101", "bankid.endpoint"),
            ("https://system.example:4102", "https://[::1]:4102", "navet.endpoint"),
            ("https://system.example:4103", "https://127.8.8.8", "pupil-register.endpoint"),
            ("https://system.example:4103", "http://system.example", "pupil-register.endpoint"),
            ("https://system.example:4105", "https://localhost:4105", "sms.endpoint"),
            ("/etc/hjarntorget/master.key", "target/keys/master.key", "keys.master"),
            ("/etc/hjarntorget/tokens.json", "target/town/tokens.json", "pupil-register.tokens"),
            ("/etc/hjarntorget/tokens.json", "./target/town/tokens.json", "pupil-register.tokens"),
            ("/etc/hjarntorget/rp.pem", "/srv/x/target/town/rp.pem", "bankid.identity"),
            ("/etc/hjarntorget/master.key", "/srv/x/../target/keys/master.key", "keys.master"),
            (
                "secrets = \"/etc/hjarntorget/tokens.json",
                "secrets = \"target/town/tokens.json",
                "hooks.secrets",
            ),
            ("keys        = \"/etc/hjarntorget", "keys        = \"target/town", "sms.keys"),
            (
                "delays  = \"/etc/hjarntorget/delays.json",
                "delays  = \"target/town/delays.json",
                "notices.delays",
            ),
            ("source = \"system\"", "source = \"town\"", "clock.source"),
            (
                "brake_shrink_percent    = 5.0",
                "brake_shrink_percent    = 100.0",
                "pupil-register.brake_shrink_percent",
            ),
            (
                "brake_relations_percent = 2.0",
                "brake_relations_percent = 100.0",
                "pupil-register.brake_relations_percent",
            ),
            (
                "brake_marks_percent     = 0.0",
                "brake_marks_percent     = 1000.0",
                "pupil-register.brake_marks_percent",
            ),
            (
                "brake_persons           = 50",
                "brake_persons           = 100000",
                "pupil-register.brake_persons",
            ),
            (
                "sqlite://target/data/hjarntorget.db?mode=rwc",
                "postgres://postgres:postgres@db/x",
                "database.url",
            ),
            ("sqlite://target/data/hjarntorget.db?mode=rwc", "postgres://app@db/x", "database.url"),
        ] {
            let error = refusal(from, to);
            assert!(error.starts_with(key), "{error}");
        }
    }

    #[test]
    fn a_pretend_phone_and_a_fail_point_are_refused() {
        let with = |name: &str, value: &str| {
            Settings::read(&in_production(), [(name.to_owned(), value.to_owned())]).unwrap_err().to_string()
        };
        assert!(with("HJARNTORGET__BANKID__LAUNCH", "http://phone.example/").starts_with("bankid.launch"));
        assert!(with(FAILPOINT, "account.created").starts_with(FAILPOINT));
    }

    #[tokio::test]
    async fn a_certificate_for_tests_is_refused_wherever_it_is_shown_or_believed() {
        const KEYS: [&str; 7] = [
            "bankid.identity",
            "bankid.authorities",
            "navet.identity",
            "navet.authorities",
            "pupil-register.authorities",
            "mail.authorities",
            "sms.authorities",
        ];
        let server = simulators::Scripted::start(vec![]).await;
        let (real, made_for_tests) = (server.path("identity.pem"), server.file("test.pem", TEST_ROOT));
        let check = |tests: Option<&str>| {
            let environment = KEYS.map(|key| {
                let path = if tests == Some(key) { &made_for_tests } else { &real };
                let variable = key.to_uppercase().replace('-', "_").replace('.', "__");
                (format!("{PREFIX}{variable}"), path.display().to_string())
            });
            check_certificates(&Settings::read(&in_production(), environment).unwrap())
        };
        check(None).unwrap();
        for key in KEYS {
            let error = format!("{:#}", check(Some(key)).unwrap_err());
            assert!(error.starts_with(&format!("{key}: ")) && error.contains("for tests"), "{error}");
        }
    }
}
