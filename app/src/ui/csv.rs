//! A table as a file: RFC 4180, with semicolons, since a spreadsheet set to Swedish reads commas as decimals.

/// What a spreadsheet would take for a formula where a cell begins with it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

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

/// A cell that is only ever text, whatever a register wrote into it.
fn quoted(cell: &str) -> String {
    // A spreadsheet looks past the blanks in front.
    let guard = if cell.trim_start_matches(' ').starts_with(FORMULA) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\"").replace(['\n', '\0'], " "))
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
    fn a_cell_keeps_its_quotes_and_stays_one_cell() {
        let rows =
            [vec!["a;b".to_owned(), "say \"x\"\nmore".to_owned()], vec!["å".to_owned(), String::new()]];
        assert_eq!(table(&rows), "\u{feff}\"a;b\";\"say \"\"x\"\" more\"\r\n\"å\";\"\"\r\n");
    }
}
