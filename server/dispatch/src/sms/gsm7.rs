//! How many messages a text is sent, and paid, as (3GPP TS 23.038 and 23.040).

/// The basic alphabet: one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
                     ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: an escape and a septet each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// How many parts a text takes. One character outside the alphabet makes the whole text UCS-2, counted in UTF-16 units.
pub(super) fn parts(text: &str) -> usize {
    let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
    match septets {
        Some(septets) => packed(&septets, 160, 153),
        None => packed(&text.chars().map(char::len_utf16).collect::<Vec<_>>(), 70, 67),
    }
}

fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) { Some(1) } else { EXTENDED.contains(c).then_some(2) }
}

/// How many parts hold characters of these sizes, where one part holds `alone` and one of several `each`; no character is
/// split over two.
fn packed(sizes: &[usize], alone: usize, each: usize) -> usize {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (parts, _) = sizes.iter().fold((1, 0), |(parts, filled), size| {
        if filled + size > each { (parts + 1, *size) } else { (parts, filled + size) }
    });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_text_is_counted_as_the_networks_do() {
        for (text, counted) in [
            (String::new(), 1),
            ("å".repeat(160), 1),
            ("å".repeat(161), 2),
            ("é".repeat(306), 2),
            ("é".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("[".repeat(152), 2),
            ("[".repeat(153), 3),
            (format!("{}”", "a".repeat(69)), 1),
            (format!("{}”", "a".repeat(70)), 2),
            ("غ".repeat(135), 3),
            ("🫎".repeat(35), 1),
            ("🫎".repeat(66), 2),
            ("🫎".repeat(67), 3),
        ] {
            assert_eq!(parts(&text), counted, "{text}");
        }
    }
}
