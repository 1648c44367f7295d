//! Tables for spreadsheets: comma-separated values.

use std::io::{self, Write};

/// Writes rows of a table, the headings first.
pub(super) struct Table<W: Write>(csv::Writer<W>);

impl<W: Write> Table<W> {
    /// Begins with the mark by which Excel knows UTF-8, without which it garbles every letter that is not English.
    pub(super) fn begin(mut to: W, headings: &[String]) -> csv::Result<Self> {
        to.write_all("\u{feff}".as_bytes())?;
        let mut table = Self(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to));
        table.row(headings)?;
        Ok(table)
    }

    pub(super) fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> csv::Result<()> {
        self.0.write_record(cells.iter().map(|cell| harmless(cell.as_ref())))
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text that a spreadsheet would compute (what comes from a buyer may be made to do harm) gets an apostrophe before it,
/// which makes it a text. A number stays one.
fn harmless(cell: &str) -> String {
    let computes = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let is_number = cell.parse::<books::Money>().is_ok();
    if computes && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn a_cell_never_makes_a_spreadsheet_compute_anything() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "--1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["-12.50", "12.50", "Anna = Berg", "#1001", ""] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn a_table_is_what_excel_opens_as_it_is() {
        let mut written = Vec::new();
        let mut table = Table::begin(&mut written, &["Konto".to_owned(), "Debet".to_owned()]).unwrap();
        table.row(&["Varer, øl og \"ål\"", "1234.50"]).unwrap();
        table.finish().unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text, "\u{feff}Konto,Debet\r\n\"Varer, øl og \"\"ål\"\"\",1234.50\r\n");
    }
}
