//! What came back.

use std::time::Duration;

use reqwest::{Response, header::RETRY_AFTER};
use zeroize::Zeroizing;

use crate::{Error, Refusal, Result, line::lost};

/// A whole answer, whatever its status. Wiped from memory when dropped.
pub struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// Reads an answer to its end, given up on as soon as it is longer than `most` bytes.
    pub(crate) async fn read<C: Refusal>(mut answer: Response, most: usize) -> Result<Self, C> {
        let status = answer.status().as_u16();
        let after =
            answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut body = Zeroizing::new(Vec::new());
        while let Some(piece) = answer.chunk().await.map_err(lost)? {
            if body.len() + piece.len() > most {
                return Err(Error::Garbled("longer than any of its answers"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Self { status, retry_after: after.map(Duration::from_secs), body })
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// How long the other end wants to be left alone, where it says so in seconds (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The body; none where it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The text of a 200; any other status is a refusal.
    ///
    /// # Errors
    /// [`Error::Said`], and [`Error::Garbled`] for a 200 that is not UTF-8.
    pub fn accepted<C: Refusal>(self) -> Result<Zeroizing<String>, C> {
        self.text_of(&[200])
    }

    /// The text of a 200, or of a 201 for what was made; any other status is a refusal.
    ///
    /// # Errors
    /// As [`Answer::accepted`].
    pub fn made<C: Refusal>(self) -> Result<Zeroizing<String>, C> {
        self.text_of(&[200, 201])
    }

    fn text_of<C: Refusal>(mut self, good: &[u16]) -> Result<Zeroizing<String>, C> {
        if !good.contains(&self.status) {
            tracing::info!(status = self.status, "refused by {}", C::SYSTEM);
            return Err(Error::Said(C::read(&self)));
        }
        let text = String::from_utf8(std::mem::take(&mut *self.body));
        text.map(Zeroizing::new).map_err(|_| Error::Garbled("not UTF-8"))
    }
}
