//! The animated code (RP API v6, "QR code").

use ring::hmac;

use crate::{QrStartSecret, QrStartToken};

/// How long a code can be scanned, in seconds since the order was made. After that the order ends as `startFailed`.
pub const SECONDS: u32 = 30;

/// The text of the code `seconds` whole seconds after the answer to `auth` came.
///
/// `bankid.` + token + `.` + seconds + `.` + HMAC-SHA256 of the seconds in hex. The key is the secret's text with its
/// dashes, not the sixteen bytes it stands for.
pub fn content(token: &QrStartToken, secret: &QrStartSecret, seconds: u32) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let code = hmac::sign(&key, seconds.to_string().as_bytes());
    format!("bankid.{}.{seconds}.{}", token.reveal(), hex::encode(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BankID's published examples (t = 0, 1, 2), and more computed by the published formula.
    #[test]
    fn the_published_vectors_come_out() {
        let token = QrStartToken::new("67df3917-fa0d-44e5-b327-edcc928297f8");
        let secret = QrStartSecret::new("d28db9a7-4cde-429e-a983-359be676944c");
        for (seconds, code) in [
            (0, "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"),
            (1, "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"),
            (2, "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"),
            (3, "96077d77699971790b46ee1f04ff1e44fe96b0602c9c51e4ca9c6d031c7c3bb7"),
            (10, "2822ca616ce1e64a1c171df69154ebc5adef4011244c867d6ad88a02db178962"),
            (29, "26049f2bc12d5b43ebe8bf701e7725abf015d2d8347aa04c924b5793ee4a196c"),
        ] {
            let text = format!("bankid.67df3917-fa0d-44e5-b327-edcc928297f8.{seconds}.{code}");
            assert_eq!(content(&token, &secret, seconds), text);
        }
    }

    #[test]
    fn another_order_gives_another_code() {
        let token = QrStartToken::new("2b2b8e6f-5c1f-4f57-9a0e-0d3f1c7a1234");
        let secret = QrStartSecret::new("00000000-1111-2222-3333-444444444444");
        assert_eq!(
            content(&token, &secret, 15),
            "bankid.2b2b8e6f-5c1f-4f57-9a0e-0d3f1c7a1234.15.\
             c4a1fe5c9e25d544165dc7df9d71bd2ae0134b22132b34a7d7a5bf3f55287855"
        );
    }
}
