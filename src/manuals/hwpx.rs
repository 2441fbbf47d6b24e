//! Hangul's documents (OWPML, KS X 6101: `.hwpx`) → lines.
//!
//! Paragraphs are lines; bullets, numbers and weight come from the properties in `header.xml`, to
//! which paragraphs and runs refer.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use roxmltree::Node;

use fettle_domain::ManualFormat;

use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::package::{LocalName, Package};
use super::unpaged_lines::{BODY_PT, LineStyle, Numbering, TableCell, UnpagedLines};

/// Hundredths of a point in a point, as sizes are given.
const UNITS_PER_POINT: f32 = 100.0;
/// The most tables and boxes nested in each other.
const MAX_DEPTH: u32 = 16;

/// The lines of a document. `path` is for messages only.
pub(super) fn parse_hwpx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    let sections = package.numbered("Contents/", "section");
    if sections.is_empty() {
        return Err(ManualsError::damaged(path, "it has no sections"));
    }
    let header = match package.read("Contents/header.xml")? {
        Some(text) => Properties::read(package.parse(&text)?.root_element()),
        None => Properties::default(),
    };
    let mut reader = Reader { header, lines: UnpagedLines::new(Numbering::Lines) };
    for name in sections {
        let Some(text) = package.read(&name)? else { continue };
        reader.read_paragraphs(package.parse(&text)?.root_element(), MAX_DEPTH);
    }
    let lines = reader.lines;
    Ok(DocumentLines::new(ManualFormat::Hwpx, lines.number, lines.lines))
}

/// Properties that paragraphs and runs refer to, by id.
#[derive(Default)]
struct Properties {
    bold: HashSet<String>,
    /// Font sizes in points.
    sizes: HashMap<String, f32>,
    /// Levels of list items, from 0.
    items: HashMap<String, u32>,
}

impl Properties {
    fn read(root: Node<'_, '_>) -> Self {
        let mut out = Self::default();
        for node in root.descendants() {
            let Some(id) = node.local_attribute("id") else { continue };
            if node.has_local_name("charPr") {
                if node.children().any(|inner| inner.has_local_name("bold")) {
                    out.bold.insert(id.to_owned());
                }
                if let Some(size) =
                    node.local_attribute("height").and_then(|h| h.parse::<f32>().ok())
                {
                    out.sizes.insert(id.to_owned(), size / UNITS_PER_POINT);
                }
            } else if node.has_local_name("paraPr") {
                let heading = node.descendants().find(|inner| inner.has_local_name("heading"));
                let Some(heading) = heading else { continue };
                if matches!(heading.local_attribute("type"), Some("BULLET" | "NUMBER")) {
                    let level = heading.local_attribute("level").and_then(|l| l.parse().ok());
                    out.items.insert(id.to_owned(), level.unwrap_or(0));
                }
            }
        }
        out
    }
}

/// One line of a paragraph.
#[derive(Default)]
struct Line {
    text: String,
    letters: usize,
    bold: usize,
    size_pt: Option<f32>,
}

struct Reader {
    header: Properties,
    lines: UnpagedLines,
}

impl Reader {
    fn read_paragraphs(&mut self, parent: Node<'_, '_>, depth: u32) {
        for paragraph in parent.children().filter(|node| node.has_local_name("p")) {
            let id = paragraph.local_attribute("paraPrIDRef").unwrap_or_default();
            let level = self.header.items.get(id).copied();
            for (at, line) in self.paragraph_lines(paragraph).into_iter().enumerate() {
                let style = LineStyle {
                    level: level.map_or(0, |level| level + 1)
                        + u32::from(level.is_some() && at > 0),
                    size_pt: line.size_pt.unwrap_or(BODY_PT),
                    bold: line.bold * 2 > line.letters,
                };
                let is_item = level.is_some() && at == 0 && line.letters > 0;
                let text = if is_item { format!("• {}", line.text) } else { line.text };
                self.lines.push(&text, style);
            }
            // Tables and boxes are anchored in runs.
            for inner in paragraph.children().filter(|node| node.has_local_name("run")) {
                for object in inner.children().filter(Node::is_element) {
                    if object.has_local_name("tbl") {
                        let table = self.table(object);
                        self.lines.push_table(&table);
                    } else if depth > 0 && !object.has_local_name("t") {
                        let lists = object.descendants().filter(|n| n.has_local_name("subList"));
                        lists.for_each(|list| self.read_paragraphs(list, depth - 1));
                    }
                }
            }
        }
    }

    /// The lines of a paragraph's own text.
    fn paragraph_lines(&self, paragraph: Node<'_, '_>) -> Vec<Line> {
        let mut out = vec![Line::default()];
        for run in paragraph.children().filter(|node| node.has_local_name("run")) {
            let id = run.local_attribute("charPrIDRef").unwrap_or_default();
            let is_bold = self.header.bold.contains(id);
            for text in run.children().filter(|node| node.has_local_name("t")) {
                for part in text.children() {
                    if part.has_local_name("lineBreak") {
                        out.push(Line::default());
                    }
                    let Some(line) = out.last_mut() else { continue };
                    match part.text() {
                        Some(words) if part.is_text() => {
                            line.text.push_str(words);
                            let letters = words.chars().filter(|c| c.is_alphanumeric()).count();
                            line.letters += letters;
                            line.bold += if is_bold { letters } else { 0 };
                            line.size_pt = line.size_pt.or(self.header.sizes.get(id).copied());
                        }
                        // Tabs and fixed spaces.
                        _ => line.text.push(' '),
                    }
                }
            }
        }
        out
    }

    /// The cells of a table.
    fn table(&self, table: Node<'_, '_>) -> Vec<Vec<TableCell>> {
        let number = |cell: Node<'_, '_>, element: &str, name: &str| -> Option<usize> {
            let inner = cell.children().find(|node| node.has_local_name(element))?;
            inner.local_attribute(name)?.parse().ok()
        };
        let cells = |row: Node<'_, '_>| {
            let cells = row.children().filter(|cell| cell.has_local_name("tc")).enumerate();
            let cell = |(at, cell): (usize, Node<'_, '_>)| {
                let paragraphs = cell.descendants().filter(|node| node.has_local_name("p"));
                let lines = paragraphs.flat_map(|paragraph| {
                    let id = paragraph.local_attribute("paraPrIDRef").unwrap_or_default();
                    let bullet = if self.header.items.contains_key(id) { "• " } else { "" };
                    self.paragraph_lines(paragraph).into_iter().enumerate().map(
                        move |(at, line)| {
                            format!("{}{}", if at == 0 { bullet } else { "" }, line.text)
                        },
                    )
                });
                TableCell {
                    columns: (
                        number(cell, "cellAddr", "colAddr").unwrap_or(at),
                        number(cell, "cellSpan", "colSpan").unwrap_or(1).max(1),
                    ),
                    rows: number(cell, "cellSpan", "rowSpan").unwrap_or(1).max(1),
                    is_head: false,
                    lines: lines.filter(|line| line.chars().any(char::is_alphanumeric)).collect(),
                }
            };
            cells.map(cell).collect()
        };
        table.children().filter(|row| row.has_local_name("tr")).map(cells).collect()
    }
}
