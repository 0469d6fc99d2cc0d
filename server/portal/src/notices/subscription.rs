//! The register calls when attendance changes, for as long as we ask it to.
//!
//! What authenticates a call stands in the address it goes to: a name that only the register and we know. It is derived
//! from the keys, so that every replica knows it and nothing is kept.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use ss12000::{Code, Error as Trouble};

use crate::{Portal, Result, Rules, keys::same};

/// The types of objects whose changes we want to hear of.
const TYPES: [&str; 3] = ["Absence", "Attendance", "AttendanceEvent"];
/// What we call our subscription.
const NAME: &str = "hjarntorget";
/// It is renewed so long before its end.
const MARGIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Of the derived name so many bytes stand in the address.
const BYTES: usize = 16;

impl Portal {
    /// The name in the address that the pupil register calls.
    fn calling_name(&self) -> String {
        let whole = self.keys().index("attendance-call", &[self.rules().site.as_bytes()]);
        BASE64_URL_SAFE_NO_PAD.encode(whole.get(..BYTES).unwrap_or(&whole))
    }

    /// The path the pupil register calls.
    pub fn calling_path(&self) -> String {
        format!("{}{}", Rules::ATTENDANCE_PATH, self.calling_name())
    }

    /// Whether somebody who calls by this name is the register.
    pub fn is_called_by(&self, name: &str) -> bool {
        same(self.calling_name().as_bytes(), name.as_bytes())
    }

    /// Sees to it that the register calls: makes the subscription, or renews it. Answers whether it stands; a register that
    /// offers none is looked at each minute all the same.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn keep_subscription(&self) -> Result<bool> {
        let target = format!("{}{}", self.rules().site, self.calling_path());
        match self.subscribed(&target).await {
            Ok(()) => Ok(true),
            Err(Trouble::Said(Code::NotOffered)) => Ok(false),
            Err(error) => {
                tracing::warn!(%error, "the pupil register does not take our subscription");
                Ok(false)
            }
        }
    }

    async fn subscribed(&self, target: &str) -> ss12000::Result<()> {
        let pupils = &self.0.parts.pupils;
        let now = self.clock().now();
        let ours = pupils.subscriptions().await?.into_iter().find(|it| it.calls(target));
        let Some(ours) = ours else {
            return pupils.subscribe(NAME, target, &TYPES).await.map(drop);
        };
        if ours.expires.is_some_and(|ends| ends.duration_since(now) > MARGIN) {
            return Ok(());
        }
        match pupils.renew(ours.id).await {
            // It ended between the two questions.
            Err(Trouble::Said(Code::Status(404, _))) => {
                pupils.subscribe(NAME, target, &TYPES).await.map(drop)
            }
            renewed => renewed.map(drop),
        }
    }
}
