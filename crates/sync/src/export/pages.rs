//! Pages: tables with a head on every page, as a PDF with its own fonts (Open Sans, `fonts/LICENSE.txt`).

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    geom::{PathBuilder, Point},
    metadata::Metadata,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};

use super::Failure;
use crate::messages::{Language, Message};

const REGULAR: &[u8] = include_bytes!("../../fonts/OpenSans-Regular.ttf");
const STRONG: &[u8] = include_bytes!("../../fonts/OpenSans-Semibold.ttf");

/// Points.
const MARGIN: f32 = 36.0;
const LINE: f32 = 12.5;
const SIZE: f32 = 8.0;
const HEAD_SIZE: f32 = 14.0;
/// From the upper edge to where a page's tables begin.
const TOP: f32 = MARGIN + 52.0;
/// Between two columns.
const GAP: f32 = 6.0;

/// What is printed.
pub(super) struct Report {
    /// What it is.
    pub(super) title: String,
    /// Whose it is: shop and company file.
    pub(super) whose: String,
    /// The days that it is of.
    pub(super) period: String,
    /// When it was printed.
    pub(super) printed: String,
    /// Its tables.
    pub(super) tables: Vec<Table>,
}

/// A table that may go over many pages.
pub(super) struct Table {
    /// What stands above it; empty for nothing.
    pub(super) heading: String,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Rows that stay together on a page where they fit.
    pub(super) blocks: Vec<Vec<Row>>,
}

/// A column of a table.
pub(super) struct Column {
    /// What stands above it on every page.
    pub(super) head: String,
    /// Its share of the width.
    pub(super) share: f32,
    /// Whether it leans to the right, as figures do.
    pub(super) right: bool,
}

/// A row of a table.
#[derive(Default)]
pub(super) struct Row {
    /// Its cells, by column; a last one may have the room of all columns that are left.
    pub(super) cells: Vec<String>,
    /// How it is set.
    pub(super) style: Style,
}

/// How a row is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    #[default]
    Plain,
    /// It opens what follows.
    Strong,
    /// It is a sum: strong, with a line above.
    Sum,
    /// It does not count.
    Muted,
}

impl Column {
    pub(super) fn new(head: String, share: f32) -> Self {
        Self { head, share, right: false }
    }

    /// A column of figures.
    pub(super) fn figures(head: String, share: f32) -> Self {
        Self { head, share, right: true }
    }
}

/// A font, and what is measured of it.
struct Face {
    font: Font,
    parsed: FontRef<'static>,
    per_em: f32,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self, Failure> {
        let unreadable = || Failure::Pages("the font can't be read".to_owned());
        let parsed = FontRef::new(bytes).map_err(|_| unreadable())?;
        let font = Font::new(bytes.into(), 0).ok_or_else(unreadable)?;
        let per_em = font.units_per_em();
        Ok(Self { font, parsed, per_em })
    }

    /// The glyphs of a text; widths as parts of the size.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let letters = self.parsed.charmap();
        let metrics = self.parsed.glyph_metrics(Size::unscaled(), LocationRef::default());
        text.char_indices()
            .map(|(at, letter)| {
                let glyph = letters.map(letter).unwrap_or_default();
                let width = metrics.advance_width(glyph).unwrap_or_default() / self.per_em;
                KrillaGlyph {
                    glyph_id: GlyphId::new(glyph.to_u32()),
                    text_range: at..at + letter.len_utf8(),
                    x_advance: width,
                    x_offset: 0.0,
                    y_offset: 0.0,
                    y_advance: 0.0,
                    location: None,
                }
            })
            .collect()
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance * size).sum()
    }

    /// The text, or as much of it as has room, with an ellipsis.
    fn fitted(&self, text: &str, size: f32, room: f32) -> String {
        let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        if self.width(&text, size) <= room {
            return text;
        }
        let mut left = room - self.width("…", size);
        let fitting = self.glyphs(&text).into_iter().take_while(|glyph| {
            left -= glyph.x_advance * size;
            left >= 0.0
        });
        let end = fitting.last().map_or(0, |glyph| glyph.text_range.end);
        format!("{}…", text[..end].trim_end())
    }
}

/// What goes on one page: from which table which rows, and whether the table begins there.
struct Part<'a> {
    table: &'a Table,
    begins: bool,
    rows: Vec<&'a Row>,
}

/// The report as a PDF.
pub(super) fn print(report: &Report, language: Language) -> Result<Vec<u8>, Failure> {
    let (width, height) = language.paper();
    let pages = paginate(&report.tables, height - TOP - MARGIN);
    let printer = Printer { regular: Face::new(REGULAR)?, strong: Face::new(STRONG)?, width };
    let settings = SerializeSettings { compress_content_streams: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(
        Metadata::new()
            .title(format!("{} · {}", report.title, report.whose))
            .language(language.code().to_owned())
            .creator("Tillbridge".to_owned()),
    );
    for (place, parts) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(width, height).unwrap_or_default();
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let number = Message::new("export.page").with("page", place + 1).with("pages", pages.len()).text(language);
        printer.head(&mut surface, report, &number);
        let mut y = TOP;
        for part in parts {
            y = printer.part(&mut surface, part, y);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Failure::Pages(format!("{error:?}")))
}

/// Shares the rows out over pages with so much room each: at least one page.
fn paginate(tables: &[Table], room: f32) -> Vec<Vec<Part<'_>>> {
    let mut pages = vec![Vec::new()];
    let mut left = room;
    for table in tables {
        let head = LINE * if table.heading.is_empty() { 1.5 } else { 4.0 };
        let mut begins = true;
        let mut open = false;
        if table.blocks.is_empty() {
            if left < head {
                pages.push(Vec::new());
                left = room;
            }
            begin(&mut pages, table, &mut open, &mut begins, &mut left, head);
        }
        for block in &table.blocks {
            #[allow(clippy::cast_precision_loss, reason = "a block has few rows")]
            let needed = LINE * block.len() as f32;
            let with_head = if open { needed } else { needed + head };
            if with_head > left && left < room && needed + head <= room {
                pages.push(Vec::new());
                (left, open) = (room, false);
            }
            for row in block {
                if left < LINE || (!open && left < head + LINE) {
                    pages.push(Vec::new());
                    (left, open) = (room, false);
                }
                begin(&mut pages, table, &mut open, &mut begins, &mut left, head);
                if let Some(part) = pages.last_mut().and_then(|page| page.last_mut()) {
                    part.rows.push(row);
                }
                left -= LINE;
            }
        }
    }
    pages
}

/// Puts the head of the table on the last page unless it is there.
fn begin<'a>(
    pages: &mut [Vec<Part<'a>>],
    table: &'a Table,
    open: &mut bool,
    begins: &mut bool,
    left: &mut f32,
    head: f32,
) {
    if *open {
        return;
    }
    if let Some(page) = pages.last_mut() {
        page.push(Part { table, begins: *begins, rows: Vec::new() });
    }
    *left -= head;
    (*open, *begins) = (true, false);
}

struct Printer {
    regular: Face,
    strong: Face,
    width: f32,
}

/// Shades of grey, from black on.
const BLACK: u8 = 26;
const GREY: u8 = 110;
const RULE: u8 = 190;

impl Printer {
    fn head(&self, surface: &mut Surface<'_>, report: &Report, number: &str) {
        let right = self.width - MARGIN;
        let half = (right - MARGIN) * 0.7;
        draw(surface, &self.strong, HEAD_SIZE, BLACK, (MARGIN, MARGIN + 10.0), &report.title);
        let whose = self.regular.fitted(&report.whose, SIZE + 1.0, half);
        draw(surface, &self.regular, SIZE + 1.0, BLACK, (MARGIN, MARGIN + 24.0), &whose);
        draw(surface, &self.regular, SIZE + 1.0, BLACK, (MARGIN, MARGIN + 36.0), &report.period);
        for (text, y) in [(report.printed.as_str(), MARGIN + 24.0), (number, MARGIN + 36.0)] {
            let at = right - self.regular.width(text, SIZE + 1.0);
            draw(surface, &self.regular, SIZE + 1.0, GREY, (at, y), text);
        }
    }

    /// Prints a part of a table from `y` on; returns where it ends.
    fn part(&self, surface: &mut Surface<'_>, part: &Part<'_>, mut y: f32) -> f32 {
        if !part.table.heading.is_empty() {
            y += LINE * 2.5;
            if part.begins {
                draw(surface, &self.strong, SIZE + 2.0, BLACK, (MARGIN, y - LINE * 0.6), &part.table.heading);
            }
        }
        if part.table.columns.is_empty() {
            return y;
        }
        y += LINE;
        let heads: Vec<&str> = part.table.columns.iter().map(|column| column.head.as_str()).collect();
        self.cells(surface, part.table, &heads, (&self.regular, GREY), y - 3.0);
        self.rule(surface, y + 1.0);
        y += LINE * 0.5;
        for row in &part.rows {
            y += LINE;
            let set = match row.style {
                Style::Plain => (&self.regular, BLACK),
                Style::Strong | Style::Sum => (&self.strong, BLACK),
                Style::Muted => (&self.regular, GREY),
            };
            if row.style == Style::Sum {
                self.rule(surface, y - LINE);
            }
            let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
            self.cells(surface, part.table, &cells, set, y - 3.0);
        }
        y
    }

    fn cells(&self, surface: &mut Surface<'_>, table: &Table, cells: &[&str], set: (&Face, u8), y: f32) {
        let (face, shade) = set;
        let whole: f32 = table.columns.iter().map(|column| column.share).sum();
        let room = self.width - 2.0 * MARGIN;
        let mut left = MARGIN;
        for (place, column) in table.columns.iter().enumerate() {
            let is_last = place + 1 == cells.len();
            let end = if is_last { self.width - MARGIN } else { left + room * column.share / whole };
            let width = if is_last { end - left } else { end - left - GAP };
            let Some(text) = cells.get(place) else { break };
            let text = face.fitted(text, SIZE, width);
            let at = if column.right { left + width - face.width(&text, SIZE) } else { left };
            draw(surface, face, SIZE, shade, (at, y), &text);
            left = end;
        }
    }

    fn rule(&self, surface: &mut Surface<'_>, y: f32) {
        let mut line = PathBuilder::new();
        line.move_to(MARGIN, y);
        line.line_to(self.width - MARGIN, y);
        if let Some(line) = line.finish() {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: rgb::Color::new(RULE, RULE, RULE).into(),
                width: 0.5,
                ..Stroke::default()
            }));
            surface.draw_path(&line);
            surface.set_stroke(None);
        }
    }
}

/// Sets a line of text.
fn draw(surface: &mut Surface<'_>, face: &Face, size: f32, shade: u8, at: (f32, f32), text: &str) {
    if text.is_empty() {
        return;
    }
    surface.set_fill(Some(Fill { paint: rgb::Color::new(shade, shade, shade).into(), ..Fill::default() }));
    surface.draw_glyphs(Point::from_xy(at.0, at.1), &face.glyphs(text), face.font.clone(), text, size, false);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn every_letter_of_the_merchants_languages_can_be_printed() {
        for face in [Face::new(REGULAR).unwrap(), Face::new(STRONG).unwrap()] {
            for letter in "abcxyzABCXYZ0123456789æøåÆØÅéÉłŁżńüßñç€£−–…·’#%&/()\u{a0}".chars()
            {
                let glyph = &face.glyphs(&letter.to_string())[0];
                assert_ne!(glyph.glyph_id, GlyphId::new(0), "{letter:?}");
                assert!(glyph.x_advance > 0.0, "{letter:?}");
            }
        }
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_an_ellipsis_within_its_room() {
        let face = Face::new(REGULAR).unwrap();
        let long = "Ødegård, Łukasz og sønner ".repeat(9);
        let fitted = face.fitted(&long, SIZE, 120.0);
        assert!(fitted.ends_with('…') && long.starts_with(fitted.trim_end_matches('…')), "{fitted}");
        let width = face.width(&fitted, SIZE);
        assert!((100.0..=120.0).contains(&width), "{width}");
        assert_eq!(face.fitted("Kort", SIZE, 120.0), "Kort");
        assert_eq!(face.fitted("two\nlines", SIZE, 120.0), "two lines");
    }

    fn table(blocks: &[usize]) -> Table {
        let mut number = 0;
        let mut row = || {
            number += 1;
            Row { cells: vec![number.to_string()], style: Style::Plain }
        };
        let blocks = blocks.iter().map(|rows| (0..*rows).map(|_| row()).collect()).collect();
        Table { heading: String::new(), columns: vec![Column::new("N".to_owned(), 1.0)], blocks }
    }

    #[test]
    fn every_row_is_printed_once_in_order_and_what_belongs_together_stays_together() {
        let tables = [table(&[3; 40]), table(&[]), table(&[100, 1])];
        let room = LINE * 30.0;
        let pages = paginate(&tables, room);
        let printed: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| page.iter().flat_map(|part| &part.rows).map(|row| row.cells[0].as_str()).collect())
            .collect();
        let all: Vec<String> = (1..=120).chain(1..=101).map(|number: u32| number.to_string()).collect();
        assert_eq!(printed.concat(), all);
        for page in &pages {
            let heads = page.len();
            let rows: usize = page.iter().map(|part| part.rows.len()).sum();
            assert!(rows * 2 + heads * 3 <= 60, "{heads} heads and {rows} rows do not fit");
            assert!(heads > 0, "an empty page");
        }
        assert!(printed[..4].iter().all(|rows| rows.len() % 3 == 0), "an entry was torn apart");
        assert_eq!(pages.iter().flatten().filter(|part| part.begins).count(), 3);
    }
}
