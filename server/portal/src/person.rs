//! How the portal speaks of a person inside: by blind index, and by the name on the screen.

use model::PersonId;
use serde::{Deserialize, Serialize};

/// The blind index of a person's number: what tables are searched by (security reference, section 10).
pub(crate) type Subject = Vec<u8>;

/// A person as the registers are asked about them.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) subject: Subject,
    pub(crate) number: PersonId,
}

/// A person's name, as shown. Never a key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

impl Name {
    /// A name as a bank keeps it. Banks often keep names in capitals, which screens should not shout.
    pub(crate) fn from_bank(given: &str, family: &str) -> Self {
        Self { given: calm(given), family: calm(family) }
    }

    pub(crate) fn full(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(***)")
    }
}

/// `ANNA-KARIN` to `Anna-Karin`; whatever holds a small letter is left as it is.
fn calm(name: &str) -> String {
    let name = name.trim();
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut calm = String::with_capacity(name.len());
    let mut begins = true;
    for letter in name.chars() {
        if begins {
            calm.push(letter)
        } else {
            calm.extend(letter.to_lowercase())
        }
        begins = !letter.is_alphabetic();
    }
    calm
}

/// A number inside an encrypted column. Nowhere else is a number written out.
pub(crate) mod number {
    use model::PersonId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(number: &PersonId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(number.reveal())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PersonId, D::Error> {
        let text = String::deserialize(from)?;
        PersonId::parse(&text).map_err(D::Error::custom)
    }
}

/// Several of them.
pub(crate) mod numbers {
    use model::PersonId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(numbers: &[PersonId], to: S) -> Result<S::Ok, S::Error> {
        numbers.iter().map(PersonId::reveal).collect::<Vec<_>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PersonId>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        texts.iter().map(|text| PersonId::parse(text).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_capitals_are_calmed_and_others_left_alone() {
        let name = Name::from_bank("ANNA-KARIN ÅSA", "von Örn O'Neill");
        assert_eq!((name.given.as_str(), name.family.as_str()), ("Anna-Karin Åsa", "von Örn O'Neill"));
        assert_eq!(Name::from_bank("SUDARTO", "").full(), "Sudarto");
    }

    #[test]
    fn a_name_is_not_seen_in_debug() {
        assert_eq!(format!("{:?}", Name::from_bank("Canary", "Canary")), "Name(***)");
    }
}
