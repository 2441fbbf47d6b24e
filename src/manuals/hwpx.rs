//! Hangul's documents (OWPML, KS X 6101: `.hwpx`) → lines.
//!
//! Paragraphs are lines; bullets, numbers and weight come from the properties in `header.xml`, to
//! which paragraphs and runs refer.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use roxmltree::Node;

use fettle_domain::ManualFormat;

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::found_figures::{MIN_SIDE_PT, PartFigures};
use super::package::{LocalName, Package, descend};
use super::relations::manifest;
use super::unpaged_lines::{
    BODY_PT, LeftOut, LineStyle, Numbering, TableCell, UnpagedLines, placed_within,
};

/// Hundredths of a point in a point, as sizes are given.
const UNITS_PER_POINT: f32 = 100.0;
/// The largest size that nobody sees, in points.
const MIN_SIZE_PT: f32 = 2.0;
/// The most tables and boxes nested in each other.
const MAX_DEPTH: u32 = 16;

/// The lines of a document. `path` is for messages only.
pub(super) fn parse_hwpx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    let sections = package.numbered("Contents/", "section");
    if sections.is_empty() {
        return Err(ManualsError::damaged(path, ManualDamage::structure("no sections")));
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
    let UnpagedLines { number, lines, warnings, pictures, .. } = reader.lines;
    let mut figures = PartFigures::default();
    figures.extend(&manifest(&mut package, "Contents/content.hpf")?, pictures);
    let figures = figures.looked_at(&mut package);
    let warnings = placed_within(warnings, number);
    let document = DocumentLines::new(ManualFormat::Hwpx, number, lines);
    Ok(DocumentLines { warnings, figures, ..document })
}

/// Properties that paragraphs and runs refer to, by id.
#[derive(Default)]
struct Properties {
    bold: HashSet<String>,
    /// Font sizes in points.
    sizes: HashMap<String, f32>,
    /// Levels of list items, from 0.
    items: HashMap<String, u32>,
    /// Formats of letters that are struck out, too small to be seen, or white without a ground.
    struck: HashSet<String>,
    tiny: HashSet<String>,
    white: HashSet<String>,
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
                let is_struck = node.children().any(|inner| {
                    inner.has_local_name("strikeout")
                        && !matches!(inner.local_attribute("shape"), None | Some("NONE" | "3D"))
                });
                if is_struck {
                    out.struck.insert(id.to_owned());
                }
                let has_ground = !matches!(
                    node.local_attribute("shadeColor"),
                    None | Some("none" | "#FFFFFF" | "#ffffff")
                );
                let color = node.local_attribute("textColor").unwrap_or_default();
                if color.eq_ignore_ascii_case("#ffffff") && !has_ground {
                    out.white.insert(id.to_owned());
                }
                if let Some(size) =
                    node.local_attribute("height").and_then(|h| h.parse::<f32>().ok())
                {
                    if size <= MIN_SIZE_PT * UNITS_PER_POINT {
                        out.tiny.insert(id.to_owned());
                    }
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

/// The pictures in the runs of a paragraph, by their ids in the document's manifest; such as are no larger
/// than letters are left out.
fn pictures_of(paragraph: Node<'_, '_>) -> Vec<String> {
    let runs = paragraph.children().filter(|node| node.has_local_name("run"));
    // A group holds several; tables and boxes hold paragraphs of their own.
    let is_entered = |node: Node<'_, '_>| node.has_local_name("container");
    let objects = runs.flat_map(|run| descend(run, is_entered));
    let found = objects.filter(|object| object.has_local_name("pic")).filter_map(|picture| {
        let inner = |name: &str| picture.children().find(|node| node.has_local_name(name));
        let image = picture.descendants().find(|node| node.has_local_name("img"))?;
        let side = |name: &str| -> Option<f64> {
            let size = inner("sz").or_else(|| inner("curSz"))?;
            Some(size.local_attribute(name)?.parse::<f64>().ok()? / f64::from(UNITS_PER_POINT))
        };
        let size = side("width").zip(side("height"));
        let is_small = size.is_some_and(|(x, y)| x.min(y) > 0.0 && x.min(y) < MIN_SIDE_PT);
        (!is_small).then(|| image.local_attribute("binaryItemIDRef").map(str::to_owned)).flatten()
    });
    found.collect()
}

/// All text below a node.
fn all_text(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(|inner| inner.has_local_name("t")).map(own_text);
    texts.collect::<Vec<_>>().join(" ")
}

/// The text of a run, or of a text in it.
fn own_text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
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
            let before = self.lines.number;
            let (own, left_out) = self.paragraph_lines(paragraph, false);
            left_out.iter().for_each(|(reason, text)| self.lines.leave_out(*reason, text));
            for (at, line) in own.into_iter().enumerate() {
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
            for picture in pictures_of(paragraph) {
                self.lines.add_picture(picture, before);
            }
            // Tables and boxes are anchored in runs.
            for inner in paragraph.children().filter(|node| node.has_local_name("run")) {
                for object in inner.children().filter(Node::is_element) {
                    if object.has_local_name("tbl") {
                        let (table, left_out) = self.table(object);
                        left_out
                            .iter()
                            .for_each(|(reason, text)| self.lines.leave_out(*reason, text));
                        self.lines.push_table(&table);
                    } else if !object.has_local_name("t") {
                        self.read_object(object, depth);
                    }
                }
            }
        }
    }

    /// The paragraphs of a box and the like; a hidden remark is left out.
    fn read_object(&mut self, object: Node<'_, '_>, depth: u32) {
        let is_outside = |node: Node<'_, '_>| {
            !node.has_local_name("subList") && !node.has_local_name("hiddenComment")
        };
        let inner = std::iter::once(object).chain(descend(object, is_outside));
        for node in inner.collect::<Vec<_>>() {
            if node.has_local_name("hiddenComment") {
                self.lines.leave_out(LeftOut::Hidden, &all_text(node));
                return;
            }
            if !node.has_local_name("subList") {
                continue;
            }
            match depth.checked_sub(1) {
                Some(depth) => self.read_paragraphs(node, depth),
                None => self.lines.warn_too_deep(),
            }
        }
    }

    /// The lines of a paragraph's own text, and what of it is left out. `has_ground`: white letters are
    /// seen there.
    fn paragraph_lines(
        &self,
        paragraph: Node<'_, '_>,
        has_ground: bool,
    ) -> (Vec<Line>, Vec<(LeftOut, String)>) {
        let mut left_out: Vec<(LeftOut, String)> = Vec::new();
        let mut out = vec![Line::default()];
        for run in paragraph.children().filter(|node| node.has_local_name("run")) {
            let id = run.local_attribute("charPrIDRef").unwrap_or_default();
            let is_bold = self.header.bold.contains(id);
            if let Some(reason) = self.left_out(id, has_ground) {
                let text = own_text(run);
                match left_out.last_mut().filter(|(before, _)| *before == reason) {
                    Some((_, before)) => before.push_str(&text),
                    None => left_out.push((reason, text)),
                }
                continue;
            }
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
        (out, left_out)
    }

    /// Why letters of a format are no text of the document, if they are none.
    fn left_out(&self, id: &str, has_ground: bool) -> Option<LeftOut> {
        let Properties { struck, tiny, white, .. } = &self.header;
        if tiny.contains(id) || white.contains(id) && !has_ground {
            return Some(LeftOut::Hidden);
        }
        struck.contains(id).then_some(LeftOut::Struck)
    }

    /// The cells of a table, and what of them is left out.
    fn table(&self, table: Node<'_, '_>) -> (Vec<Vec<TableCell>>, Vec<(LeftOut, String)>) {
        let mut left_out: Vec<(LeftOut, String)> = Vec::new();
        let number = |cell: Node<'_, '_>, element: &str, name: &str| -> Option<usize> {
            let inner = cell.children().find(|node| node.has_local_name(element))?;
            inner.local_attribute(name)?.parse().ok()
        };
        let mut cells = |row: Node<'_, '_>| {
            let cells = row.children().filter(|cell| cell.has_local_name("tc")).enumerate();
            let cell = |(at, cell): (usize, Node<'_, '_>)| {
                let paragraphs = cell.descendants().filter(|node| node.has_local_name("p"));
                let pictures = paragraphs.clone().flat_map(pictures_of).collect();
                let lines = paragraphs.flat_map(|paragraph| {
                    let id = paragraph.local_attribute("paraPrIDRef").unwrap_or_default();
                    let bullet = if self.header.items.contains_key(id) { "• " } else { "" };
                    // Cells are filled in ways of their own.
                    let (own, hidden) = self.paragraph_lines(paragraph, true);
                    left_out.extend(hidden);
                    own.into_iter().enumerate().map(move |(at, line)| {
                        format!("{}{}", if at == 0 { bullet } else { "" }, line.text)
                    })
                });
                TableCell {
                    columns: (
                        number(cell, "cellAddr", "colAddr").unwrap_or(at),
                        number(cell, "cellSpan", "colSpan").unwrap_or(1).max(1),
                    ),
                    rows: number(cell, "cellSpan", "rowSpan").unwrap_or(1).max(1),
                    is_head: false,
                    lines: lines.filter(|line| line.chars().any(char::is_alphanumeric)).collect(),
                    pictures,
                }
            };
            cells.map(cell).collect()
        };
        let rows = table.children().filter(|row| row.has_local_name("tr"));
        let rows = rows.map(&mut cells).collect();
        (rows, left_out)
    }
}
