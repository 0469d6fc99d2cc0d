//! What must not be seen: the parts of an order that prove something, and the evidence.

use std::fmt;

use zeroize::Zeroizing;

/// A text that `Debug` hides and that is wiped when dropped.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Keeps a value that BankID gave, now or earlier.
            pub fn new(value: impl Into<String>) -> Self {
                Self(Zeroizing::new(value.into()))
            }

            /// The value itself, for its one use or to be kept encrypted.
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    };
}

secret! {
    /// Names one order to BankID. Stays on the server.
    OrderRef
}
secret! {
    /// Starts the app on the same device. Goes to the browser that chose the same device, and to no other.
    AutoStartToken
}
secret! {
    /// The open half of the animated code. Stays on the server but for the code itself.
    QrStartToken
}
secret! {
    /// The key of the animated code. Stays on the server.
    QrStartSecret
}
secret! {
    /// The whole final answer, word for word: signature, OCSP answer, person, device, risk. To be kept encrypted and
    /// apart from the account.
    Evidence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!(
            "{:?} {:?} {:?} {:?} {:?}",
            OrderRef::new("canary"),
            AutoStartToken::new("canary"),
            QrStartToken::new("canary"),
            QrStartSecret::new("canary"),
            Evidence::new("canary"),
        );
        assert!(!shown.contains("canary"), "{shown}");
    }
}
