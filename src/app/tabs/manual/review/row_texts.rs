//! What the rows say in words. They are put together once, not in each frame.

use egui::TextStyle;

use super::actions::{kind_of, label_of};
use super::rows::RowItem;
use crate::tab_context::TabContext;
use fettle_domain::{Language, ManualText, ProductCode, StatementKind};
use fettle_engine::explain_manual_warning;

/// The manual whose rows are described.
#[derive(Clone, Copy)]
pub(super) struct DescribedManual<'a> {
    pub(super) text: &'a ManualText,
    pub(super) product: &'a ProductCode,
    pub(super) path: &'a str,
}

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Strong,
    Plain,
    Weak,
    Warning,
}

/// A piece of a row's text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) style: TextStyle,
    pub(super) tone: Tone,
}

/// A line of a manual without pages.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DocumentLine {
    pub(super) row: RowItem,
    pub(super) text: String,
    pub(super) is_strong: bool,
}

/// The words of all rows, in one language, with the names that the catalogue had.
pub(super) struct RowTexts {
    language: Language,
    catalogue: u64,
    /// The pieces of each row of the tree.
    pub(super) tree: Vec<Vec<Piece>>,
    /// Headings, statements and other lines by their places.
    pub(super) document: Vec<DocumentLine>,
}

impl RowTexts {
    /// The words of `rows`: those of `kept`, unless language or catalogue changed since.
    pub(super) fn of(
        kept: Option<Self>,
        cx: &TabContext<'_>,
        manual: DescribedManual<'_>,
        rows: &[RowItem],
    ) -> Self {
        let (language, catalogue) = (cx.localizer.language, cx.catalogue.generation());
        let is_valid = |kept: &Self| (kept.language, kept.catalogue) == (language, catalogue);
        kept.filter(is_valid).unwrap_or_else(|| Self {
            language,
            catalogue,
            tree: rows.iter().map(|row| pieces(cx, manual, *row)).collect(),
            document: document(cx, manual, rows),
        })
    }
}

fn pieces(cx: &TabContext<'_>, manual: DescribedManual<'_>, row: RowItem) -> Vec<Piece> {
    let DescribedManual { text, product, path } = manual;
    let mut out = Vec::new();
    let mut add = |text: String, style: TextStyle, tone: Tone| {
        out.push(Piece { text, style, tone });
    };
    let place = |page: u32| cx.localizer.place(path, page);
    match row {
        RowItem::Section(index) => {
            let Some(section) = text.sections.get(index) else { return out };
            let defect = match &section.defect {
                Some(code) => cx.defect_name(Some(product), code),
                None => cx.text("manual-unknown-defect"),
            };
            add(section.heading.clone(), TextStyle::Body, Tone::Strong);
            let named = format!("  {defect} · {}", place(section.page));
            add(named, TextStyle::Small, Tone::Weak);
        }
        RowItem::Part(section, part) => {
            let kind = kind_of(text, section, part).unwrap_or(StatementKind::Other);
            add(cx.text(kind.message_id()), TextStyle::Body, Tone::Strong);
            if let Some(label) = label_of(text, section, part) {
                add(format!("  “{label}”"), TextStyle::Small, Tone::Weak);
            }
            if text.sections.get(section).is_some_and(|one| one.part(part).is_empty()) {
                let nothing = format!("  {}", cx.text("report-nothing"));
                add(nothing, TextStyle::Small, Tone::Weak);
            }
        }
        RowItem::Line(line) => {
            let said = text.line_text(line).unwrap_or_default();
            add(format!("• {said}"), TextStyle::Body, Tone::Plain);
            if let Some(page) = row.page(text) {
                add(format!("  {}", place(page)), TextStyle::Small, Tone::Weak);
            }
        }
        RowItem::Unassigned => {
            let count = [("count", text.passages.len().into())];
            let title = cx.localizer.with("review-unassigned", &count);
            add(title, TextStyle::Body, Tone::Strong);
        }
        RowItem::Warning(index) => {
            if let Some(warning) = text.warnings.get(index) {
                let said = explain_manual_warning(warning, path, cx.localizer.language);
                add(said, TextStyle::Small, Tone::Warning);
            }
        }
    }
    out
}

fn document(
    cx: &TabContext<'_>,
    DescribedManual { text, path, .. }: DescribedManual<'_>,
    rows: &[RowItem],
) -> Vec<DocumentLine> {
    // Of labels those of causes and actions are not kept.
    let is_written = |row: &RowItem| match *row {
        RowItem::Section(_) | RowItem::Line(_) => true,
        RowItem::Part(section, part) => label_of(text, section, part).is_some(),
        RowItem::Unassigned | RowItem::Warning(_) => false,
    };
    let mut lines: Vec<(u32, RowItem)> = rows
        .iter()
        .filter(|row| is_written(row))
        .map(|row| (row.page(text).unwrap_or(0), *row))
        .collect();
    lines.sort_by_key(|(place, _)| *place);
    let line = |(place, row): (u32, RowItem)| {
        let said = match row {
            RowItem::Part(section, part) => {
                label_of(text, section, part).unwrap_or_default().to_owned()
            }
            row => row.text(text),
        };
        let text = format!("{}  {said}", cx.localizer.place(path, place));
        let is_strong = matches!(row, RowItem::Section(_) | RowItem::Part(..));
        DocumentLine { row, text, is_strong }
    };
    lines.into_iter().map(line).collect()
}
