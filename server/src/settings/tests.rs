use std::time::Duration;

use super::*;

const SHIPPED: &str = include_str!("../../../Leptos.toml");

fn with(environment: &[(&str, &str)]) -> Result<Settings> {
    Settings::read(SHIPPED, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn the_shipped_file_is_whole() {
    let settings = with(&[]).unwrap();
    assert_eq!(settings.house.site.authority(), "127.0.0.1:3000");
    assert_eq!(settings.house.navet.trust_for, Duration::from_secs(15 * 60));
    assert_eq!(settings.house.database.folder(), Some(Path::new("target/data")));
    assert!(!settings.in_production());
}

#[test]
fn the_environment_wins() {
    let settings = with(&[
        ("HJARNTORGET__PUPIL_REGISTER__ENDPOINT", "https://127.0.0.2:5103/"),
        ("HJARNTORGET__PUPIL_REGISTER__MUNICIPALITY", "1480"),
        ("HJARNTORGET__HTTP__TRUSTED_PROXIES", "[\"127.0.0.1\", \"10.0.0.0/8\"]"),
        ("HJARNTORGET__SESSION__IDLE", "15m"),
        ("HJARNTORGET__FAILPOINT", "account.created"),
        ("UNRELATED", "x"),
    ])
    .unwrap();
    assert_eq!(settings.house.pupil_register.endpoint, "https://127.0.0.2:5103/");
    assert_eq!(settings.house.pupil_register.municipality, "1480");
    assert!(settings.house.http.trusted_proxies.trust("10.1.2.3".parse().unwrap()));
    assert_eq!(settings.house.session.idle, Duration::from_secs(900));
    assert_eq!(settings.failpoint.as_deref(), Some("account.created"));
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let error = with(&[("HJARNTORGET__SESSION__IDEL", "15m")]).unwrap_err().to_string();
    assert!(error.contains("session.idel"), "{error}");
    let error = with(&[("HJARNTORGET__SESION__IDLE", "15m")]).unwrap_err().to_string();
    assert!(error.contains("sesion"), "{error}");
    let error = with(&[("HJARNTORGET__FOO__BAR", "1")]).unwrap_err().to_string();
    assert_eq!(error, "foo: is no setting (HJARNTORGET__FOO__BAR)");
    let error = with(&[("HJARNTORGET__HTTP__FOO", "1")]).unwrap_err().to_string();
    assert_eq!(error, "http.foo: is no setting (HJARNTORGET__HTTP__FOO)");
    let error = with(&[("HJARNTORGET__IDLE", "15m")]).unwrap_err().to_string();
    assert!(error.contains("HJARNTORGET__IDLE"), "{error}");
}

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_key() {
    for (name, value, key) in [
        ("HJARNTORGET__SESSION__IDLE", "soon", "session.idle"),
        ("HJARNTORGET__SESSION__IDLE", "-5m", "session.idle"),
        ("HJARNTORGET__TELEMETRY__ADDRESS", "here", "telemetry.address"),
        ("HJARNTORGET__HTTP__TRUSTED_PROXIES", "[\"10.0.0.0/40\"]", "http.trusted_proxies"),
    ] {
        let error = with(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    }
}

#[test]
fn a_missing_key_is_named() {
    let text = SHIPPED.replace("seal_every = \"60s\"", "");
    let error = Settings::read(&text, []).unwrap_err().to_string();
    assert!(error.contains("audit.seal_every"), "{error}");
}
