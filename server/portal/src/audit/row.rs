//! What the mac of a row covers.

use std::net::IpAddr;

use model::Assurance;
use store::entity::{audit, audit_address};

use super::{BUILD, Row};
use crate::{
    Result,
    keys::{KeyRing, same},
};

/// The row under its number with its mac, and the address that is kept beside it.
pub(super) fn entry(
    keys: &KeyRing,
    seq: i64,
    row: Row,
) -> Result<(audit::Model, Option<audit_address::Model>)> {
    let version = keys.signing_version();
    let at = row.at.as_millisecond();
    let (object_kind, object_id) = row.object.unzip();
    let mut entry = audit::Model {
        seq,
        at,
        actor: row.actor.map(|id| id.to_string()),
        actor_kind: row.actor_kind.word().into(),
        level: row.level.map(|level| match level {
            Assurance::Low => "low".into(),
            Assurance::High => "high".into(),
        }),
        session: row.session.map(Vec::from),
        school: row.school.map(|id| id.to_string()),
        action: row.action.word().into(),
        object_kind: object_kind.map(Into::into),
        object_id: object_id.map(|id| id.to_string()),
        child: row.child.map(|id| id.to_string()),
        outcome: row.outcome.into(),
        reason: row.reason.map(Into::into),
        request: row.request.to_string(),
        address_tag: row.address.and_then(|address| address_tag(keys, version, seq, address)),
        build: BUILD.into(),
        key_version: version,
        mac: Vec::new(),
    };
    entry.mac = mac(keys, &entry).ok_or_else(|| anyhow::anyhow!("the audit key is missing"))?;
    let address = match row.address {
        Some(address) => {
            let sealed =
                keys.seal("audit_address", "address", &seq.to_string(), address.to_string().as_bytes())?;
            Some(audit_address::Model { seq, address: sealed, at })
        }
        None => None,
    };
    Ok((entry, address))
}

/// Whether `row` is as it was written. `None` when the ring lacks its key.
pub(super) fn is_whole(keys: &KeyRing, row: &audit::Model) -> Option<bool> {
    mac(keys, row).map(|mac| same(&mac, &row.mac))
}

/// Whether the address kept beside `row`, if any still is, is the one it was written with.
pub(super) fn address_fits(keys: &KeyRing, row: &audit::Model, kept: Option<&audit_address::Model>) -> bool {
    let Some(kept) = kept else { return true };
    let Ok(text) = keys.open("audit_address", "address", &row.seq.to_string(), &kept.address) else {
        return false;
    };
    let address = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    let tag = address.and_then(|address| address_tag(keys, row.key_version, row.seq, address));
    kept.at == row.at && matches!((tag, &row.address_tag), (Some(one), Some(other)) if same(&one, other))
}

fn address_tag(keys: &KeyRing, version: i64, seq: i64, address: IpAddr) -> Option<Vec<u8>> {
    keys.sign(version, "audit-address", &[&seq.to_be_bytes(), address.to_string().as_bytes()])
}

fn mac(keys: &KeyRing, row: &audit::Model) -> Option<Vec<u8>> {
    // Taken apart by name: a new column does not compile until it is covered as well.
    let audit::Model {
        seq,
        at,
        actor,
        actor_kind,
        level,
        session,
        school,
        action,
        object_kind,
        object_id,
        child,
        outcome,
        reason,
        request,
        address_tag,
        build,
        key_version,
        mac: _,
    } = row;
    let (seq, at) = (seq.to_be_bytes(), at.to_be_bytes());
    let texts = [
        actor.as_deref(),
        Some(actor_kind.as_str()),
        level.as_deref(),
        school.as_deref(),
        Some(action.as_str()),
        object_kind.as_deref(),
        object_id.as_deref(),
        child.as_deref(),
        Some(outcome.as_str()),
        reason.as_deref(),
        Some(request.as_str()),
        Some(build.as_str()),
    ];
    let bytes = texts.map(|text| text.map(str::as_bytes)).into_iter();
    let bytes = bytes.chain([session.as_deref(), address_tag.as_deref()]);
    let mut parts: Vec<&[u8]> = vec![&seq, &at];
    for field in bytes {
        // Absent and empty are two things.
        parts.push(if field.is_some() { &[1] } else { &[0] });
        parts.push(field.unwrap_or_default());
    }
    keys.sign(*key_version, "audit-row", &parts)
}
