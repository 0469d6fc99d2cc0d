//! Where a form of Personuppgifter leads when it is done: to Personuppgifter, or back to the page that asked for it.

use crate::{Place, Policy, page::Asked};

/// The question of an address, and the answer of a form, that names the page to go back to.
pub(crate) const TO: &str = "till";

/// A page of a guardian, by its stable name.
pub(super) fn way(name: &str) -> Option<Place> {
    Place::named(name).filter(|place| place.policy() == Policy::Guardian)
}

/// The page that asked for the form, if one did.
pub(super) fn asked_way(asked: &Asked) -> Option<Place> {
    way(&asked.value(TO)?)
}

/// The address of a form that leads back there.
pub(crate) fn by_way(place: Place, way: Option<Place>) -> String {
    match way {
        Some(way) => format!("{place}?{TO}={}", way.name()),
        None => place.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guardians_own_pages_are_gone_back_to() {
        assert_eq!(way("children"), Some(Place::Children));
        for name in ["", "sign-in", "start", "https://example.se", "/mina-barn"] {
            assert_eq!(way(name), None, "{name}");
        }
        let address = by_way(Place::PersonalMobile, way("children"));
        assert_eq!(address, "/personuppgifter/mobil?till=children");
        assert_eq!(crate::places::ours(&address), Some(address.as_str()));
    }
}
