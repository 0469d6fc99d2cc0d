//! Ids of the register: the same thing has the same id in all systems, and keeps it.

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use uuid::{Builder, Uuid};

/// The name space of the town (random, fixed for ever).
const TOWN: Uuid = Uuid::from_u128(0x6a1e_2f8d_93c4_4b57_8e21_5d0f_7c36_b94a);

/// The id under which the pupil register knows the world's `kind` (`person`, `unit`, `group` …) called `id`. An id of the
/// world that is a UUID already is kept; others give a UUID of version 5 (RFC 9562).
pub fn register_id(kind: &str, id: &str) -> Uuid {
    if let Ok(own) = id.parse() {
        return own;
    }
    // RFC 9562 asks for SHA-1; nothing is secret here.
    let mut hash = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    for part in [TOWN.as_bytes(), kind.as_bytes(), &[0], id.as_bytes()] {
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finish().as_ref()[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_for_ever_and_a_uuid_is_kept() {
        assert_eq!(register_id("unit", "huvudman").to_string(), "c36e3960-d371-521f-98b6-de763f71f521");
        let id = register_id("person", "lindqvist-sara");
        assert_eq!(id, register_id("person", "lindqvist-sara"));
        assert_eq!(id.get_version_num(), 5);
        assert_ne!(id, register_id("unit", "lindqvist-sara"));
        assert_eq!(register_id("person", &id.to_string()), id);
    }
}
