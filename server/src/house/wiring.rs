//! Settings, handed to whom they are for.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use portal::{Brake, FAILPOINTS, Limits, Notices, Rules};

use crate::{
    http::listen::Patience,
    settings::{self, Settings},
};

pub(super) fn rules(settings: &Settings) -> Result<Rules> {
    let house = &settings.house;
    let launch = bankid::launch::Launch::from_setting(house.bankid.launch.as_deref()).context("[bankid]")?;
    let mut rules = Rules::at(house.site.base(), launch).context("[site]")?;
    rules.municipality.clone_from(&house.pupil_register.municipality);
    rules.spans.session_idle = house.session.idle;
    rules.spans.session_absolute = house.session.absolute;
    rules.spans.session_warning = house.session.warning;
    rules.spans.trust_for = house.navet.trust_for;
    rules.spans.sync_every = house.pupil_register.every;
    rules.spans.seal_every = house.audit.seal_every;
    rules.finish_in_waiting_tab = house.bankid.finish_in_waiting_tab;
    rules.limits = limits(&house.limits);
    rules.brake = brake(&house.pupil_register, rules.brake);
    rules.notices = notices(&house.notices, &rules.notices);
    if let Some(point) = &settings.failpoint {
        if !FAILPOINTS.contains(&point.as_str()) {
            bail!("{point} is no fail point: `hjarntorget check --failpoints` lists them");
        }
        rules.failpoint = Some(point.clone());
    }
    Ok(rules)
}

// These three name every field, so that a figure nobody handed over does not compile.

fn limits(limits: &settings::Limits) -> Limits {
    Limits {
        bankid_start_device: limits.bankid_start_device,
        bankid_start_session: limits.bankid_start_session,
        bankid_start_address: limits.bankid_start_address,
        bankid_poll_per_second: limits.bankid_poll_per_second,
        code_tries: limits.code_tries,
        code_tries_window: limits.code_tries_window,
        letters_per_hour: limits.letters_per_hour,
        letters_per_address: limits.letters_per_address,
        contact_changes_per_day: limits.contact_changes_per_day,
        links_per_minute: limits.links_per_minute,
        tries_per_link: limits.tries_per_link,
        absence_reports_per_hour: limits.absence_reports_per_hour,
    }
}

fn brake(register: &settings::PupilRegister, usual: Brake) -> Brake {
    Brake {
        shrink_percent: register.brake_shrink_percent,
        relations_percent: register.brake_relations_percent,
        persons: register.brake_persons,
        marks_percent: register.brake_marks_percent,
        always_allowed: usual.always_allowed,
    }
}

fn notices(notices: &settings::Notices, usual: &Notices) -> Notices {
    Notices {
        delay: notices.delay,
        delays: notices.delays.clone(),
        every: notices.every,
        try_for: notices.try_for,
        doubt: usual.doubt,
        silence: usual.silence,
    }
}

pub(super) fn bankid_settings(settings: &Settings) -> bankid::Settings {
    let bankid = &settings.house.bankid;
    bankid::Settings::new(&bankid.endpoint, &bankid.identity, &bankid.authorities)
}

pub(super) fn navet_settings(settings: &Settings) -> Result<navet::Settings> {
    let navet = &settings.house.navet;
    let mut settings = navet::Settings::new(
        &navet.endpoint,
        &navet.identity,
        &navet.authorities,
        &navet.organisation,
        &navet.order,
    );
    settings.credentials = match (&navet.token_url, &navet.client_id, &navet.client_secret) {
        (None, None, None) => None,
        (Some(token_url), Some(client_id), Some(client_secret)) => Some(navet::Credentials {
            token_url: token_url.clone(),
            scope: navet::Credentials::SCOPE.to_owned(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        }),
        _ => bail!("navet: token_url, client_id and client_secret go together"),
    };
    Ok(settings)
}

pub(super) fn pupil_settings(settings: &Settings) -> ss12000::Settings {
    let register = &settings.house.pupil_register;
    ss12000::Settings::new(&register.endpoint, &register.authorities, &register.tokens, &register.token)
}

pub(super) fn mail_settings(settings: &Settings) -> Result<dispatch::Settings> {
    let house = &settings.house;
    let mail = &house.mail;
    let (host, port) =
        mail.relay.rsplit_once(':').context("mail.relay: should look like relay.example:587")?;
    let port: u16 = port.parse().context("mail.relay: the port is no number")?;
    let mut settings = dispatch::Settings::new(host, port, &mail.authorities, &mail.from);
    settings.connections = house.jobs.mail_at_once;
    if let Some(user) = &mail.user {
        let password = mail.password.clone().context("mail.password: the file that goes with mail.user")?;
        settings.credentials = Some(dispatch::Credentials { user: user.clone(), password });
    }
    Ok(settings)
}

pub(super) fn sms_settings(settings: &Settings) -> dispatch::sms::Settings {
    let sms = &settings.house.sms;
    let reports = format!("{}{}", settings.house.site.base(), Rules::REPORTS_PATH);
    dispatch::sms::Settings::new(&sms.endpoint, &sms.authorities, &sms.keys, &sms.key, &sms.from, reports)
}

pub(super) fn jobs_settings(settings: &Settings) -> jobs::Settings {
    let jobs = &settings.house.jobs;
    let line =
        |at_once, per_second| jobs::Line { at_once, per_second: Some(per_second), ..Default::default() };
    let lines = [
        (portal::MAIL, line(jobs.mail_at_once, jobs.mail_per_second)),
        (portal::SMS, line(jobs.sms_at_once, jobs.sms_per_second)),
        (portal::REGISTER, jobs::Line { at_once: jobs.register_at_once, ..Default::default() }),
    ];
    jobs::Settings { workers: jobs.workers, lines: lines.into(), ..jobs::Settings::default() }
}

pub(super) fn public_patience(settings: &Settings) -> Patience {
    let http = &settings.house.http;
    Patience { connections: http.connections, header: http.header_timeout, drain: http.drain }
}

pub(super) fn operator_patience() -> Patience {
    Patience { connections: 64, header: Duration::from_secs(5), drain: Duration::from_secs(1) }
}
