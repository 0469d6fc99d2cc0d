//! A table as a file: RFC 4180, with semicolons, since a spreadsheet set to Swedish reads commas as decimals.

/// What a spreadsheet would take for a formula where a cell begins with it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// What ends a cell or a line for a spreadsheet that was told, or guesses, another separator.
const ENDS: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// The rows as one text, with the mark that tells a spreadsheet it is UTF-8.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::from("\u{feff}");
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    }
    text
}

/// A cell that is only ever text, whatever a register wrote into it and whatever the file is opened with: the quotes around
/// it hold for semicolons alone, so what another separator would cut out of it is guarded as well.
fn quoted(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for part in cell.split_inclusive(ENDS) {
        // A spreadsheet looks past blanks, and past a quote that opens a cell.
        if part.trim_start_matches([' ', '\0', '"']).starts_with(FORMULA) {
            text.push('\'');
        }
        text.push_str(part);
    }
    format!("\"{}\"", text.replace('"', "\"\"").replace(['\n', '\r', '\0'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        for dangerous in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\")", " =1+1", "'=1"]
        {
            let text = table(&[vec![dangerous.to_owned()]]);
            let cell = text.trim_start_matches('\u{feff}').trim_start_matches('"');
            assert!(cell.starts_with('\''), "{dangerous:?} became {text:?}");
        }
    }

    #[test]
    fn no_part_of_a_cell_becomes_a_formula_where_another_separator_is_read() {
        for (cell, written) in [
            ("a,=HYPERLINK(1)", "\"a,'=HYPERLINK(1)\""),
            ("a; +1", "\"a;' +1\""),
            ("a\t-1", "\"a\t'-1\""),
            ("a\n@x", "\"a '@x\""),
            ("a\r\n=1", "\"a  '=1\""),
            ("a,\"=1\"", "\"a,'\"\"=1\"\"\""),
            ("a,\0=1", "\"a,' =1\""),
            ("1 + 1 = 2, b; c", "\"1 + 1 = 2, b; c\""),
        ] {
            assert_eq!(quoted(cell), written, "{cell:?}");
        }
    }

    #[test]
    fn a_cell_keeps_its_quotes_and_stays_one_cell() {
        let rows =
            [vec!["a;b".to_owned(), "say \"x\"\nmore".to_owned()], vec!["å".to_owned(), String::new()]];
        assert_eq!(table(&rows), "\u{feff}\"a;b\";\"say \"\"x\"\" more\"\r\n\"å\";\"\"\r\n");
    }
}
