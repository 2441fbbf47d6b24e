//! PowerPoint's presentations (ECMA-376, `PresentationML`) → lines of text, slide by slide.

use std::path::Path;

use roxmltree::Node;

use fettle_domain::ManualFormat;

use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::package::{LocalName, Package};
use super::unpaged_lines::{LineStyle, Numbering, TableCell, UnpagedLines};

/// The most slides of a manual.
const MAX_SLIDES: usize = 5_000;

/// The lines of a presentation. `path` is for messages only.
pub(super) fn parse_pptx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    let slides = package.numbered("ppt/slides/", "slide");
    if slides.is_empty() {
        return Err(ManualsError::damaged(path, "it has no slides"));
    }
    let mut lines = UnpagedLines::new(Numbering::Given);
    for name in slides.iter().take(MAX_SLIDES) {
        lines.number += 1;
        let Some(text) = package.read(name)? else { continue };
        let slide = package.parse(&text)?;
        // Shapes in the order in which they are read: from the back to the front.
        for node in slide.descendants() {
            if node.has_local_name("sp") {
                push_shape(&mut lines, node);
            } else if node.has_local_name("tbl") {
                lines.push_table(&table(node));
            }
        }
    }
    let page_count = lines.number;
    Ok(DocumentLines::new(ManualFormat::Pptx, page_count, lines.lines))
}

/// Appends the paragraphs of a shape.
fn push_shape(lines: &mut UnpagedLines, shape: Node<'_, '_>) {
    let holder = shape.descendants().find(|node| node.has_local_name("ph"));
    let role = holder.map(|holder| holder.local_attribute("type").unwrap_or("body"));
    if matches!(role, Some("sldNum" | "dt" | "ftr" | "hdr")) {
        return;
    }
    let is_title = matches!(role, Some("title" | "ctrTitle"));
    for paragraph in shape.descendants().filter(|node| node.has_local_name("p")) {
        let properties = paragraph.children().find(|node| node.has_local_name("pPr"));
        let level = properties.and_then(|p| p.local_attribute("lvl")?.parse::<u32>().ok());
        let level = level.unwrap_or(0).min(8);
        let has = |name: &str| {
            properties.is_some_and(|p| p.children().any(|node| node.has_local_name(name)))
        };
        let bulleted = has("buChar") || has("buAutoNum") || role == Some("body") && !has("buNone");
        for (at, (text, bold)) in paragraph_lines(paragraph).into_iter().enumerate() {
            let style = if is_title {
                LineStyle::heading(2)
            } else {
                LineStyle { level, bold, ..LineStyle::BODY }
            };
            let is_item = bulleted && !is_title && at == 0 && !text.trim().is_empty();
            lines.push(&if is_item { format!("• {text}") } else { text }, style);
        }
    }
}

/// The lines of a paragraph, and whether each is bold.
fn paragraph_lines(paragraph: Node<'_, '_>) -> Vec<(String, bool)> {
    let mut out = vec![(String::new(), true)];
    for node in paragraph.children() {
        if node.has_local_name("br") {
            out.push((String::new(), true));
        }
        if !node.has_local_name("r") && !node.has_local_name("fld") {
            continue;
        }
        let is_bold = node.children().any(|inner| {
            inner.has_local_name("rPr") && matches!(inner.local_attribute("b"), Some("1" | "true"))
        });
        let texts = node.children().filter(|inner| inner.has_local_name("t"));
        for text in texts.filter_map(|inner| inner.text()) {
            if let Some((line, bold)) = out.last_mut() {
                line.push_str(text);
                *bold &= is_bold || text.trim().is_empty();
            }
        }
    }
    out
}

/// The cells of a table.
fn table(node: Node<'_, '_>) -> Vec<Vec<TableCell>> {
    let number = |cell: Node<'_, '_>, name: &str| {
        cell.local_attribute(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1).max(1)
    };
    let is_merged = |cell: &Node<'_, '_>| {
        ["hMerge", "vMerge"].iter().any(|name| {
            cell.local_attribute(name).is_some_and(|value| value == "1" || value == "true")
        })
    };
    let cells = |row: Node<'_, '_>| {
        let cells = row.children().filter(|cell| cell.has_local_name("tc")).enumerate();
        cells
            .filter(|(_, cell)| !is_merged(cell))
            .map(|(column, cell)| TableCell {
                columns: (column, number(cell, "gridSpan")),
                rows: number(cell, "rowSpan"),
                is_head: false,
                lines: cell
                    .descendants()
                    .filter(|inner| inner.has_local_name("p"))
                    .flat_map(paragraph_lines)
                    .map(|(text, _)| text)
                    .collect(),
            })
            .collect()
    };
    node.children().filter(|row| row.has_local_name("tr")).map(cells).collect()
}
