//! Inställningar för frånvaroutskick: how a guardian wants to hear that a child is away.

use serde::{Deserialize, Serialize};

use crate::{Channel, ChildId, Wrong, Wrongs};

/// The settings of one child, or the same for all, exactly as ticked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChoiceForm {
    /// Whom it is about; nobody named means all of one's children.
    pub child: Option<ChildId>,
    /// By e-mail.
    pub mail: bool,
    /// By a message inside the service.
    pub pim: bool,
    /// By SMS.
    pub sms: bool,
    /// Also of absence that was reported or granted.
    pub valid_too: bool,
    /// How often the settings had been changed when the page was shown.
    pub version: i64,
}

impl Default for ChoiceForm {
    /// Nothing is ticked: an unticked box sends nothing.
    fn default() -> Self {
        Self { child: None, mail: false, pim: false, sms: false, valid_too: false, version: 0 }
    }
}

impl ChoiceForm {
    /// The name of the channels, as one field.
    pub const CHANNELS: &'static str = "channels";

    /// What holds for who has never chosen: e-mail and the message inside the service.
    pub const fn usual() -> Self {
        Self { child: None, mail: true, pim: true, sms: false, valid_too: false, version: 0 }
    }

    /// Whether the same is ticked.
    pub fn ticks_as(&self, other: &Self) -> bool {
        let ticks = |form: &Self| (form.mail, form.pim, form.sms, form.valid_too);
        ticks(self) == ticks(other)
    }

    /// Whether a channel is ticked.
    pub const fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.mail,
            Channel::Pim => self.pim,
            Channel::Sms => self.sms,
        }
    }

    /// Reads the ticks; `has_mobile` says whether text messages have somewhere to go.
    ///
    /// # Errors
    /// [`Wrong::ChooseOne`] or [`Wrong::NoMobile`], under [`ChoiceForm::CHANNELS`].
    pub fn check(&self, has_mobile: bool) -> Result<Choice, Wrongs> {
        self.read(has_mobile).map_err(|wrong| Wrongs::one(Self::CHANNELS, wrong))
    }

    /// As [`ChoiceForm::check`], of the one field there is.
    ///
    /// # Errors
    /// [`Wrong::ChooseOne`] or [`Wrong::NoMobile`].
    pub fn read(&self, has_mobile: bool) -> Result<Choice, Wrong> {
        let Self { mail, pim, sms, valid_too, .. } = *self;
        if !(mail || pim || sms) {
            return Err(Wrong::ChooseOne);
        }
        if sms && !has_mobile {
            return Err(Wrong::NoMobile);
        }
        Ok(Choice { mail, pim, sms, valid_too })
    }
}

/// A choice that can be kept: one channel at least, and every one of them can be reached. Only [`ChoiceForm`]
/// makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    mail: bool,
    pim: bool,
    sms: bool,
    valid_too: bool,
}

impl Choice {
    /// Whether a channel was chosen.
    pub const fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.mail,
            Channel::Pim => self.pim,
            Channel::Sms => self.sms,
        }
    }

    /// Whether absence that was reported or granted is told of too.
    pub const fn valid_too(&self) -> bool {
        self.valid_too
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(mail: bool, pim: bool, sms: bool) -> ChoiceForm {
        ChoiceForm { mail, pim, sms, ..ChoiceForm::default() }
    }

    #[test]
    fn one_channel_is_enough_and_none_is_too_few() {
        for (mail, pim, sms) in [(true, false, false), (false, true, false), (false, false, true)] {
            let choice = form(mail, pim, sms).check(true).unwrap();
            let chosen: Vec<_> = Channel::ALL.into_iter().filter(|channel| choice.has(*channel)).collect();
            assert_eq!(chosen.len(), 1);
        }
        let wrongs = form(false, false, false).check(true).unwrap_err();
        assert_eq!(wrongs.of(ChoiceForm::CHANNELS), Some(Wrong::ChooseOne));
    }

    #[test]
    fn text_messages_need_a_number() {
        let wrongs = form(true, true, true).check(false).unwrap_err();
        assert_eq!(wrongs.of(ChoiceForm::CHANNELS), Some(Wrong::NoMobile));
        assert!(form(true, true, true).check(true).is_ok());
        assert!(form(true, true, false).check(false).is_ok());
    }

    #[test]
    fn valid_absence_alone_is_no_way_to_be_told() {
        let only_valid = ChoiceForm { valid_too: true, ..ChoiceForm::default() };
        assert!(only_valid.check(true).is_err());
    }

    #[test]
    fn who_never_chose_has_mail_and_the_message_inside() {
        let usual = ChoiceForm::usual().check(false).unwrap();
        assert!(usual.has(Channel::Mail) && usual.has(Channel::Pim) && !usual.has(Channel::Sms));
        assert!(!usual.valid_too());
    }
}
