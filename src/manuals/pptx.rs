//! PowerPoint's presentations (ECMA-376, `PresentationML`) → lines of text, slide by slide.

use std::path::Path;

use roxmltree::Node;

use fettle_domain::ManualFormat;

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::drawing::relation_of_picture;
use super::error::{ManualsError, Result};
use super::found_figures::PartFigures;
use super::package::{LocalName, Package, descend};
use super::relations::relations;
use super::unpaged_lines::{LeftOut, LineStyle, Numbering, TableCell, UnpagedLines};

/// The most slides of a manual.
const MAX_SLIDES: usize = 5_000;
/// How far outside of a table its frame is looked for.
const MAX_FRAME: usize = 4;

/// What nobody sees of a text, or is struck out.
type LeftOutTexts = Vec<(LeftOut, String)>;

/// The lines of a presentation. `path` is for messages only.
pub(super) fn parse_pptx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    let slides = package.numbered("ppt/slides/", "slide");
    if slides.is_empty() {
        return Err(ManualsError::damaged(path, ManualDamage::structure("no slides")));
    }
    let mut lines = UnpagedLines::new(Numbering::Given);
    let mut figures = PartFigures::default();
    for name in slides.iter().take(MAX_SLIDES) {
        lines.number += 1;
        let Some(text) = package.read(name)? else { continue };
        let slide = package.parse(&text)?;
        let targets = relations(&mut package, name)?;
        let is_hidden = is_off(slide.root_element(), "show");
        // Shapes in the order in which they are read: from the back to the front.
        let is_whole = |node: Node<'_, '_>| {
            !is_shape(node) && !node.has_local_name("tbl") && !node.has_local_name("pic")
        };
        for node in descend(slide.root_element(), is_whole) {
            let is_table = node.has_local_name("tbl");
            if is_hidden || is_hidden_shape(node) {
                if is_table || is_shape(node) {
                    lines.leave_out(LeftOut::Hidden, &all_text(node));
                }
            } else if node.has_local_name("pic") {
                if let Some(picture) = relation_of_picture(node) {
                    lines.add_picture(picture, lines.number);
                }
            } else if is_shape(node) {
                push_shape(&mut lines, node);
            } else if is_table {
                let (table, left_out) = table(node);
                lines.push_table(&table);
                left_out.iter().for_each(|(reason, text)| lines.leave_out(*reason, text));
            }
        }
        figures.extend(&targets, std::mem::take(&mut lines.pictures));
    }
    let figures = figures.looked_at(&mut package);
    let page_count = lines.number;
    let UnpagedLines { lines, warnings, .. } = lines;
    let document = DocumentLines::new(ManualFormat::Pptx, page_count, lines);
    Ok(DocumentLines { warnings, figures, ..document })
}

fn is_shape(node: Node<'_, '_>) -> bool {
    node.has_local_name("sp")
}

/// Whether an attribute that is on by default is off.
fn is_off(node: Node<'_, '_>, name: &str) -> bool {
    matches!(node.local_attribute(name), Some("0" | "false"))
}

/// Whether a shape, or the frame of a table, is not shown.
fn is_hidden_shape(node: Node<'_, '_>) -> bool {
    let frame = if is_shape(node) {
        Some(node)
    } else {
        node.ancestors().take(MAX_FRAME).find(|outer| outer.has_local_name("graphicFrame"))
    };
    let names = frame.into_iter().flat_map(|frame| frame.children());
    let mut properties = names.flat_map(|inner| inner.children());
    properties.any(|inner| {
        inner.has_local_name("cNvPr")
            && matches!(inner.local_attribute("hidden"), Some("1" | "true"))
    })
}

/// All text of a node.
fn all_text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(|inner| inner.has_local_name("t"));
    texts.filter_map(|inner| inner.text()).collect::<Vec<_>>().join(" ")
}

/// Appends the paragraphs of a shape.
fn push_shape(lines: &mut UnpagedLines, shape: Node<'_, '_>) {
    let holder = shape.descendants().find(|node| node.has_local_name("ph"));
    let role = holder.map(|holder| holder.local_attribute("type").unwrap_or("body"));
    if matches!(role, Some("sldNum" | "dt" | "ftr" | "hdr")) {
        return;
    }
    let is_title = matches!(role, Some("title" | "ctrTitle"));
    let is_outside = |node: Node<'_, '_>| !node.has_local_name("p");
    for paragraph in descend(shape, is_outside).filter(|node| node.has_local_name("p")) {
        let properties = paragraph.children().find(|node| node.has_local_name("pPr"));
        let level = properties.and_then(|p| p.local_attribute("lvl")?.parse::<u32>().ok());
        let level = level.unwrap_or(0).min(8);
        let has = |name: &str| {
            properties.is_some_and(|p| p.children().any(|node| node.has_local_name(name)))
        };
        let bulleted = has("buChar") || has("buAutoNum") || role == Some("body") && !has("buNone");
        let mut left_out = Vec::new();
        let own = paragraph_lines(paragraph, &mut left_out);
        for (at, (text, bold)) in own.into_iter().enumerate() {
            let style = if is_title {
                LineStyle::heading(2)
            } else {
                LineStyle { level, bold, ..LineStyle::BODY }
            };
            let is_item = bulleted && !is_title && at == 0 && !text.trim().is_empty();
            lines.push(&if is_item { format!("• {text}") } else { text }, style);
        }
        left_out.iter().for_each(|(reason, text)| lines.leave_out(*reason, text));
    }
}

/// The lines of a paragraph, and whether each is bold. What is struck out goes to `left_out`.
fn paragraph_lines(paragraph: Node<'_, '_>, left_out: &mut LeftOutTexts) -> Vec<(String, bool)> {
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
        let is_struck = node.children().any(|inner| {
            let strike = inner.has_local_name("rPr").then(|| inner.local_attribute("strike"));
            strike.flatten().is_some_and(|strike| strike != "noStrike")
        });
        let texts = node.children().filter(|inner| inner.has_local_name("t"));
        for text in texts.filter_map(|inner| inner.text()) {
            if is_struck {
                match left_out.last_mut() {
                    Some((LeftOut::Struck, before)) => before.push_str(text),
                    _ => left_out.push((LeftOut::Struck, text.to_owned())),
                }
                continue;
            }
            if let Some((line, bold)) = out.last_mut() {
                line.push_str(text);
                *bold &= is_bold || text.trim().is_empty();
            }
        }
    }
    out
}

/// The cells of a table, and what of them is left out.
fn table(node: Node<'_, '_>) -> (Vec<Vec<TableCell>>, LeftOutTexts) {
    let mut left_out = Vec::new();
    let number = |cell: Node<'_, '_>, name: &str| {
        cell.local_attribute(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1).max(1)
    };
    let is_merged = |cell: &Node<'_, '_>| {
        ["hMerge", "vMerge"].iter().any(|name| {
            cell.local_attribute(name).is_some_and(|value| value == "1" || value == "true")
        })
    };
    let mut cells = |row: Node<'_, '_>| {
        let cells = row.children().filter(|cell| cell.has_local_name("tc")).enumerate();
        cells
            .filter(|(_, cell)| !is_merged(cell))
            .map(|(column, cell)| TableCell {
                columns: (column, number(cell, "gridSpan")),
                rows: number(cell, "rowSpan"),
                is_head: false,
                lines: descend(cell, |node| !node.has_local_name("p"))
                    .filter(|inner| inner.has_local_name("p"))
                    .flat_map(|paragraph| paragraph_lines(paragraph, &mut left_out))
                    .map(|(text, _)| text)
                    .collect(),
                pictures: Vec::new(),
            })
            .collect()
    };
    let rows = node.children().filter(|row| row.has_local_name("tr")).map(&mut cells).collect();
    (rows, left_out)
}
