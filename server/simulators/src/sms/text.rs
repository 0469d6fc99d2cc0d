//! How many messages a text is sent as (3GPP TS 23.038 and 23.040).

/// The basic alphabet: one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                     ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: an escape and a septet each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// The number of parts. One character outside GSM-7 makes the whole text UCS-2, counted in UTF-16 units.
pub(super) fn parts(text: &str) -> usize {
    let septets: Option<Vec<usize>> = text
        .chars()
        .map(|c| match c {
            c if BASIC.contains(c) => Some(1),
            c if EXTENDED.contains(c) => Some(2),
            _ => None,
        })
        .collect();
    match septets {
        Some(septets) => packed(septets, 160, 153),
        None => packed(text.chars().map(char::len_utf16).collect(), 70, 67),
    }
}

/// How many parts the characters fill; none is split over two.
fn packed(sizes: Vec<usize>, alone: usize, each: usize) -> usize {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut parts, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > each {
            parts += 1;
            filled = 0;
        }
        filled += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swedish_text_of_160_characters_is_one_part() {
        assert_eq!(BASIC.chars().count(), 127, "all but the escape");
        assert_eq!(parts(&"å".repeat(160)), 1);
        assert_eq!(parts(&"å".repeat(161)), 2);
        assert_eq!((parts(&"é".repeat(306)), parts(&"é".repeat(307))), (2, 3));
    }

    #[test]
    fn a_sign_of_the_extension_counts_twice_and_is_not_split() {
        assert_eq!((parts(&"€".repeat(80)), parts(&"€".repeat(81))), (1, 2));
        // 153 septets hold 76 pairs, so the 153rd pair needs a third part.
        assert_eq!((parts(&"[".repeat(152)), parts(&"[".repeat(153))), (2, 3));
    }

    #[test]
    fn one_sign_outside_the_alphabet_makes_the_whole_text_expensive() {
        assert_eq!((parts(&format!("{}”", "a".repeat(69))), parts(&format!("{}”", "a".repeat(70)))), (1, 2));
        assert_eq!((parts(&"غ".repeat(134)), parts(&"غ".repeat(135))), (2, 3));
        // Two units each: 35 fill one message, 33 fit in each of several.
        assert_eq!((parts(&"🫎".repeat(35)), parts(&"🫎".repeat(66)), parts(&"🫎".repeat(67))), (1, 2, 3));
    }
}
