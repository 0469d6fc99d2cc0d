//! Codes of other systems: new ones come without notice, so every list of them is open.

/// The most characters of an unknown code that are kept.
const LONGEST: usize = 40;
/// From so many digits on a "code" could be somebody's number.
const SUSPICIOUS_DIGITS: usize = 6;

/// What may be kept and logged of a code nobody here knows: its letters, digits, `-`, `_` and `.`, at most forty, and no
/// digits at all where they could be a person's number.
pub fn tame(code: &str) -> String {
    let digits = code.chars().filter(|c| c.is_numeric()).count() < SUSPICIOUS_DIGITS;
    code.chars()
        .filter(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '.') || (digits && c.is_ascii_digit()))
        .take(LONGEST)
        .collect()
}

/// Makes an open enumeration: the codes known today and `Other` for those of tomorrow, so that no unknown code ever
/// fails an answer.
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
            /// A code not known here, tamed by [`model::tame`]($crate::tame).
            Other(String),
        }

        impl $name {
            /// Every code known here.
            $vis const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Reads a code; what is not known is kept as [`Self::Other`].
            $vis fn parse(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Other($crate::tame(other)),
                }
            }

            /// The code, as it came.
            $vis fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(other) => other,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    open_enum! {
        /// How a thing is.
        enum State { Good = "good", Bad = "bad" }
    }

    #[test]
    fn codes_come_back_as_they_went_in() {
        for state in State::KNOWN {
            assert_eq!(State::parse(state.as_str()), *state);
        }
        assert_eq!(State::parse("Ugly-2").to_string(), "Ugly-2");
    }

    #[test]
    fn an_unknown_code_carries_no_number_and_no_line_into_a_log() {
        assert_eq!(State::parse("x\r\n198501012390").as_str(), "x");
        assert_eq!(State::parse(&"å".repeat(900)).as_str().chars().count(), 40);
    }
}
