//! Ways to tell a guardian something.

use serde::{Deserialize, Serialize};

/// A way a notice can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// To the proven e-mail address.
    Mail,
    /// PIM: a message inside the service.
    Pim,
    /// To the proven mobile number.
    Sms,
}

impl Channel {
    /// Every channel, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Pim, Self::Sms];

    /// Those that leave the house, and are seen by who does not look inside: the order in which one stands in for another.
    pub const LETTERS: [Self; 2] = [Self::Mail, Self::Sms];

    /// The word it is kept under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Pim => "pim",
            Self::Sms => "sms",
        }
    }

    /// The channel kept under `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_is_found_again_by_its_word() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_word(channel.word()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.word());
        }
        assert_eq!(Channel::from_word("fax"), None);
    }
}
