//! The lines of a file without pages, as its reader finds them: one below the other, and the cells of
//! tables side by side.

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization;

use fettle_domain::ManualWarning;

use super::printed_line::PrintedLine;

/// Indentation of a list level in points.
const INDENT_PT: f64 = 18.0;
/// Font size of body text in points.
pub(super) const BODY_PT: f32 = 10.0;

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineStyle {
    /// Level of indentation, from 0.
    pub(super) level: u32,
    /// Font size in points.
    pub(super) size_pt: f32,
    pub(super) bold: bool,
}

impl LineStyle {
    pub(super) const BODY: Self = Self { level: 0, size_pt: BODY_PT, bold: false };

    /// A heading of a level, from 1.
    pub(super) fn heading(level: u8) -> Self {
        let size_pt = BODY_PT + 2.0 * f32::from(6 - level.clamp(1, 5));
        Self { level: 0, size_pt, bold: true }
    }
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) struct TableCell {
    /// Its first column, from 0, and the number of its columns.
    pub(super) columns: (usize, usize),
    /// The number of its rows.
    pub(super) rows: usize,
    /// Whether it is marked as the head of a column or row.
    pub(super) is_head: bool,
    /// Its lines, list items with their bullets.
    pub(super) lines: Vec<String>,
    /// What its reader calls the pictures in it.
    pub(super) pictures: Vec<String>,
}

/// A picture among the lines.
#[derive(Debug)]
pub(super) struct LinePicture {
    /// What its reader calls it.
    pub(super) name: String,
    /// Numbers of the lines beside it.
    pub(super) beside: Option<RangeInclusive<u32>>,
    /// Number of the last line before it, 0 for none.
    pub(super) after: u32,
}

/// How positions are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// By lines that have text; each line of a cell is one.
    Lines,
    /// As [`UnpagedLines::number`] says.
    Given,
}

/// Why text of a file is none of its statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    Struck,
    /// No reader sees it.
    Hidden,
}

impl LeftOut {
    /// The warning about a text at position `page`, or `None` if it says nothing.
    pub(super) fn warning(self, page: u32, text: &str) -> Option<ManualWarning> {
        let text = clean(text)?;
        Some(match self {
            Self::Struck => ManualWarning::StruckOut { page, text },
            Self::Hidden => ManualWarning::HiddenText { page, text },
        })
    }
}

/// Warnings of text left out, none behind position `last`: text at the end has no line of its own.
pub(super) fn placed_within(mut warnings: Vec<ManualWarning>, last: u32) -> Vec<ManualWarning> {
    for warning in &mut warnings {
        if let ManualWarning::StruckOut { page, .. } | ManualWarning::HiddenText { page, .. } =
            warning
        {
            *page = (*page).min(last.max(1));
        }
    }
    warnings
}

/// Where text stands in relation to its line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Script {
    #[default]
    Line,
    Super,
    Sub,
}

impl Script {
    /// The text in letters of that place, as far as Unicode has them: without them 10⁻⁵ would be
    /// `10-5`. Ordinals and names (`4th`, `Vmax`) are the same numbers in plain letters and stay.
    pub(super) fn apply(self, text: &str) -> String {
        const PLAIN: &str = "0123456789+-−–=()aehijklmnoprstuvx";
        const SUPER: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵉʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛˣ";
        const SUB: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";
        let forms = match self {
            Self::Line => return text.to_owned(),
            Self::Super => SUPER,
            Self::Sub => SUB,
        };
        let is_word = text.chars().all(|c| c.is_alphabetic() || c.is_whitespace());
        if is_word && text.trim().chars().count() > 1 {
            return text.to_owned();
        }
        let form = |letter: char| {
            let found = PLAIN.chars().zip(forms.chars()).find(|(plain, _)| *plain == letter);
            found.map_or(letter, |(_, form)| form)
        };
        text.chars().map(form).collect()
    }
}

/// Collects lines.
pub(super) struct UnpagedLines {
    numbering: Numbering,
    pub(super) lines: Vec<PrintedLine>,
    /// What was left out.
    pub(super) warnings: Vec<ManualWarning>,
    pub(super) pictures: Vec<LinePicture>,
    /// Number of the last line, from 1.
    pub(super) number: u32,
    row: usize,
}

impl UnpagedLines {
    pub(super) fn new(numbering: Numbering) -> Self {
        Self {
            numbering,
            lines: Vec::new(),
            warnings: Vec::new(),
            pictures: Vec::new(),
            number: 0,
            row: 0,
        }
    }

    fn next_number(&mut self) -> u32 {
        if self.numbering == Numbering::Lines {
            self.number = self.number.saturating_add(1);
        }
        self.number.max(1)
    }

    /// Names a text that is left out in front of the next line.
    pub(super) fn leave_out(&mut self, reason: LeftOut, text: &str) {
        let ahead = u32::from(self.numbering == Numbering::Lines);
        let number = self.number.saturating_add(ahead).max(1);
        self.warnings.extend(reason.warning(number, text));
    }

    /// Names the place at which text is nested too deep to be read.
    pub(super) fn warn_too_deep(&mut self) {
        let warning = ManualWarning::TooDeep { page: self.number.max(1) };
        if self.warnings.last() != Some(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds a picture beside the lines that were appended since there were `before` lines, or below the last
    /// line where none was.
    pub(super) fn add_picture(&mut self, name: String, before: u32) {
        let first = match self.numbering {
            Numbering::Lines => before.saturating_add(1),
            // The lines of a slide or a row share its number.
            Numbering::Given => self.number,
        };
        let beside = (first <= self.number).then_some(first..=self.number);
        self.pictures.push(LinePicture { name, beside, after: self.number });
    }

    /// Appends a line; one without a letter is none.
    pub(super) fn push(&mut self, text: &str, style: LineStyle) {
        let Some(text) = clean(text) else { return };
        let number = self.next_number();
        let left = f64::from(style.level) * INDENT_PT;
        let mut line = PrintedLine::unpaged(number, self.row, left, text);
        (line.line.bold, line.line.font_size_pt) = (style.bold, style.size_pt);
        self.lines.push(line);
        self.row += 1;
    }

    /// Appends the rows of a table. The first lines of all cells of a row share a row of lines, and
    /// so on. Returns the first line of each row.
    pub(super) fn push_table(&mut self, rows: &[Vec<TableCell>]) -> Vec<usize> {
        // A row is as high as the highest of its cells; the last row of a merged cell makes up for
        // what the rows before lack.
        let mut heights = vec![1_usize; rows.len()];
        for (at, row) in rows.iter().enumerate() {
            for cell in row.iter().filter(|cell| cell.rows <= 1) {
                if let Some(height) = heights.get_mut(at) {
                    *height = (*height).max(cell.lines.len());
                }
            }
        }
        for (at, row) in rows.iter().enumerate() {
            for cell in row.iter().filter(|cell| cell.rows > 1) {
                let last = (at + cell.rows - 1).min(rows.len() - 1);
                let have: usize = heights.iter().take(last + 1).skip(at).sum();
                if let Some(height) = heights.get_mut(last) {
                    *height += cell.lines.len().saturating_sub(have);
                }
            }
        }
        let mut lines: Vec<PrintedLine> = Vec::new();
        let mut tops = Vec::new();
        let mut top = self.row;
        for (at, row) in rows.iter().enumerate() {
            tops.push(top);
            // Pictures in cells without text are the row's.
            let (above, mut of_row) = (self.number, Vec::new());
            for cell in row {
                let before = self.number;
                let height: usize = heights.iter().skip(at).take(cell.rows.max(1)).sum();
                for (below, text) in cell.lines.iter().enumerate() {
                    let Some(text) = clean(text) else { continue };
                    let number = self.next_number();
                    let span = (top, height);
                    let mut line =
                        PrintedLine::in_cell(number, top + below, cell.columns, span, text);
                    line.line.bold = cell.is_head;
                    lines.push(line);
                }
                let is_told = cell.lines.iter().any(|text| clean(text).is_some());
                for picture in &cell.pictures {
                    if is_told {
                        self.add_picture(picture.clone(), before);
                    } else {
                        of_row.push(picture.clone());
                    }
                }
            }
            of_row.into_iter().for_each(|picture| self.add_picture(picture, above));
            top += heights.get(at).copied().unwrap_or(1);
        }
        lines.sort_by(|a, b| a.row.cmp(&b.row).then(a.left.total_cmp(&b.left)));
        self.lines.append(&mut lines);
        // A row of its own parts this table from the next.
        self.row = top + 1;
        tops
    }
}

/// The text with single spaces, composed; `None` without a letter or digit.
fn clean(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").nfc().collect();
    // A ditto mark says what the cell above says.
    text.chars().any(|c| c.is_alphanumeric() || c == '〃').then_some(text)
}
