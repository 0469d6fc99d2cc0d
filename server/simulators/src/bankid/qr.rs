//! The animated QR code: `bankid.<qrStartToken>.<seconds>.<HMAC-SHA256 of the seconds under qrStartSecret>`.

use ring::hmac;

/// A QR text taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// The order's `qrStartToken`.
    pub(crate) token: &'a str,
    /// Whole seconds since the relying party got its order.
    pub(crate) seconds: i64,
    time: &'a str,
    code: &'a str,
}

impl<'a> Frame<'a> {
    /// Reads a QR text; white space around it is forgiven, since people paste it.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let ("bankid", Some(token), Some(time), Some(code), None) =
            (parts.next()?, parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let plain = time.bytes().all(|b| b.is_ascii_digit()) && (time == "0" || !time.starts_with('0'));
        let hex = code.len() == 64 && code.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (plain && hex).then_some(())?;
        Some(Self { token, seconds: time.parse().ok()?, time, code })
    }

    /// Whether the code was made with `secret`: the UUID's text with its dashes is the key.
    pub(crate) fn made_with(&self, secret: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hex::decode(self.code).is_ok_and(|code| hmac::verify(&key, self.time.as_bytes(), &code).is_ok())
    }

    /// Whether the frame is one of now, `elapsed` seconds after the order was made: a relying party counts from when it
    /// got our answer, so its frames may be a little behind; half a second of rounding may put them one ahead.
    pub(crate) fn fresh(&self, elapsed: i64) -> bool {
        (elapsed - 5..=elapsed + 1).contains(&self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "67df3917-fa0d-44e5-b327-edcc928297f8";
    const SECRET: &str = "d28db9a7-4cde-429e-a983-359be676944c";

    #[test]
    fn every_published_vector_is_recognised() {
        for (seconds, code) in [
            (0, "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"),
            (1, "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"),
            (2, "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"),
            (3, "96077d77699971790b46ee1f04ff1e44fe96b0602c9c51e4ca9c6d031c7c3bb7"),
            (10, "2822ca616ce1e64a1c171df69154ebc5adef4011244c867d6ad88a02db178962"),
            (29, "26049f2bc12d5b43ebe8bf701e7725abf015d2d8347aa04c924b5793ee4a196c"),
        ] {
            let text = format!("bankid.{TOKEN}.{seconds}.{code}");
            let frame = Frame::parse(&text).unwrap();
            assert_eq!((frame.token, frame.seconds), (TOKEN, seconds));
            assert!(frame.made_with(SECRET), "{seconds}");
            assert!(!frame.made_with(&SECRET.replace('-', "")));
        }
        let second = "bankid.2b2b8e6f-5c1f-4f57-9a0e-0d3f1c7a1234.15.\
                      c4a1fe5c9e25d544165dc7df9d71bd2ae0134b22132b34a7d7a5bf3f55287855";
        assert!(Frame::parse(second).unwrap().made_with("00000000-1111-2222-3333-444444444444"));
    }

    #[test]
    fn a_text_that_is_not_quite_one_is_none() {
        let code = "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8";
        for text in [
            String::new(),
            format!("bankid.{TOKEN}.00.{code}"),
            format!("bankid.{TOKEN}.-1.{code}"),
            format!("bankid.{TOKEN}..{code}"),
            format!("bankid.{TOKEN}.0.{}", code.to_uppercase()),
            format!("bankid.{TOKEN}.0.{code}.x"),
            format!("BankID.{TOKEN}.0.{code}"),
            format!("bankid.{TOKEN}.99999999999999999999.{code}"),
        ] {
            assert_eq!(Frame::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn only_a_frame_of_now_is_fresh() {
        let text = format!("bankid.{TOKEN}.10.{}", "0".repeat(64));
        let frame = Frame::parse(&text).unwrap();
        let fresh: Vec<i64> = (0..30).filter(|&elapsed| frame.fresh(elapsed)).collect();
        assert_eq!(fresh, [9, 10, 11, 12, 13, 14, 15]);
    }
}
