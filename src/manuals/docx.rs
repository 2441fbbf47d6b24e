//! Word's documents (ECMA-376, `WordprocessingML`) → lines: a paragraph is a line, headings
//! are known by their style, list items by their numbering, tables by their cells.

use std::io::{Cursor, Read};
use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};
use unicode_normalization::UnicodeNormalization;
use zip::ZipArchive;

use fettle_domain::ManualFormat;

use super::content::Box4;
use super::docx_styles::{Styles, child, flag, value};
use super::error::{ManualsError, Result};
use super::file::{Pages, damaged, unprinted};
use super::lines::PrintedLine;

/// What the text of a document may unpack to, in bytes, and how many nodes that may have.
const MAX_XML_BYTES: u64 = 64 << 20;
const MAX_NODES: u32 = 4_000_000;
/// Twentieths of a point.
const TWIPS: f64 = 20.0;
/// How far a list's level is set in, in points, where the document does not say.
const LEVEL_PT: f64 = 18.0;
/// Wrappers around blocks (content controls, custom XML) within each other.
const MAX_DEPTH: u32 = 32;
/// Apart from each other far enough for cells that nothing clips.
const CELL_PT: f64 = 100.0;
const HEADING_SCALE: f32 = 1.2;

pub(super) fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Pages> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(path, error))?;
    let main = main_part(path, &mut zip)?;
    let text =
        part(path, &mut zip, &main)?.ok_or_else(|| damaged(path, "it is no Word document"))?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let styles = part(path, &mut zip, &format!("{folder}/styles.xml"))?;
    let styles = match &styles {
        Some(styles) => Styles::read(parsed(path, styles)?.root_element()),
        None => Styles::default(),
    };
    let document = parsed(path, &text)?;
    let body = child(document.root_element(), "body");
    let body = body.ok_or_else(|| damaged(path, "it has no body"))?;
    let mut reader = Reader { styles, lines: Vec::new(), paragraphs: 0, row: 0 };
    reader.blocks(body, MAX_DEPTH);
    let Reader { lines, paragraphs, .. } = reader;
    Ok(Pages { format: ManualFormat::Docx, page_count: paragraphs, lines })
}

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Where the document is: what the package's relationships call its `officeDocument`.
fn main_part(path: &Path, zip: &mut Zip<'_>) -> Result<String> {
    const USUAL: &str = "word/document.xml";
    let Some(relations) = part(path, zip, "_rels/.rels")? else { return Ok(USUAL.to_owned()) };
    let relations = parsed(path, &relations)?;
    let is_main = |node: &Node<'_, '_>| {
        node.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
    };
    let main = relations.descendants().find(is_main).and_then(|node| node.attribute("Target"));
    Ok(main.map_or(USUAL, |target| target.trim_start_matches('/')).to_owned())
}

/// A part's text; `None` where there is none of this name.
fn part(path: &Path, zip: &mut Zip<'_>, name: &str) -> Result<Option<String>> {
    let entry = match zip.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(path, error)),
    };
    let mut bytes = Vec::new();
    let read = entry.take(MAX_XML_BYTES + 1).read_to_end(&mut bytes);
    if read.map_err(|error| damaged(path, error))? as u64 > MAX_XML_BYTES {
        let limit = MAX_XML_BYTES;
        return Err(ManualsError::TooLarge { path: path.to_owned(), bytes: limit + 1, limit });
    }
    let (text, _, broken) = encoding_rs::UTF_8.decode(&bytes);
    if broken { Err(damaged(path, "not UTF-8")) } else { Ok(Some(text.into_owned())) }
}

fn parsed<'a>(path: &Path, text: &'a str) -> Result<Document<'a>> {
    // No DTD, so no entities but XML's own five.
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| damaged(path, error))
}

struct Reader {
    styles: Styles,
    lines: Vec<PrintedLine>,
    /// Paragraphs with text so far.
    paragraphs: u32,
    row: usize,
}

/// A paragraph that has text.
struct Paragraph {
    /// Its lines: more than one where somebody broke it.
    lines: Vec<String>,
    left: f64,
    item: bool,
    heading: bool,
    bold: bool,
    size: f32,
}

impl Reader {
    /// Paragraphs and tables in `parent`, in order.
    fn blocks(&mut self, parent: Node<'_, '_>, depth: u32) {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" => self.paragraph(node),
                "tbl" => self.table(node),
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" if depth > 0 => {
                    self.blocks(node, depth - 1);
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, node: Node<'_, '_>) {
        if let Some(paragraph) = self.read(node) {
            let lines = self.placed(&paragraph, paragraph.left);
            self.lines.extend(lines);
        }
        // Text boxes are anchored in paragraphs.
        let boxed = node.descendants().filter(|inner| is_boxed_paragraph(*inner, node));
        for inner in boxed {
            if let Some(paragraph) = self.read(inner) {
                let lines = self.placed(&paragraph, paragraph.left);
                self.lines.extend(lines);
            }
        }
    }

    /// The lines of a paragraph, in rows of their own.
    fn placed(&mut self, paragraph: &Paragraph, left: f64) -> Vec<PrintedLine> {
        self.paragraphs += 1;
        let mut out = Vec::new();
        for (at, text) in paragraph.lines.iter().enumerate() {
            let begins_item = paragraph.item && at == 0;
            let text = if begins_item { format!("• {text}") } else { text.clone() };
            // What follows a break in an item belongs to it.
            let set_in = if paragraph.item && at > 0 { LEVEL_PT } else { 0.0 };
            let mut line = unprinted(self.paragraphs, self.row, left + set_in, text);
            line.line.bold = paragraph.bold || paragraph.heading;
            let scale = if paragraph.heading { HEADING_SCALE } else { 1.0 };
            line.line.font_size_pt = paragraph.size * scale;
            out.push(line);
            self.row += 1;
        }
        out
    }

    /// Cells side by side: the first lines of all cells of a row stand on one line, and so on.
    fn table(&mut self, node: Node<'_, '_>) {
        let rows = node.children().filter(|row| row.has_tag_name_of("tr"));
        for row in rows {
            let top = self.row;
            let (mut lines, mut column) = (Vec::new(), 0_u32);
            let mut end = top;
            for cell in row.children().filter(|cell| cell.has_tag_name_of("tc")) {
                self.row = top;
                let properties = child(cell, "tcPr");
                let span = properties.and_then(|p| value(p, "gridSpan")?.parse().ok());
                let left = f64::from(column) * CELL_PT;
                column = column.saturating_add(span.unwrap_or(1_u32)).min(10_000);
                let right = f64::from(column) * CELL_PT;
                let inner = cell.descendants().filter(|inner| inner.has_tag_name_of("p"));
                for paragraph in inner.filter_map(|inner| self.read(inner)).collect::<Vec<_>>() {
                    for mut line in self.placed(&paragraph, left + 1.0) {
                        let (top, bottom) = (top as f64, top as f64 + 1.0);
                        line.clip = Some(Box4 { left, top, right, bottom });
                        lines.push(line);
                    }
                }
                end = end.max(self.row);
            }
            self.row = end;
            lines.sort_by_key(|line: &PrintedLine| line.row);
            self.lines.extend(lines);
        }
    }

    fn read(&self, node: Node<'_, '_>) -> Option<Paragraph> {
        let properties = child(node, "pPr");
        let style = properties.and_then(|p| value(p, "pStyle"));
        let style = self.styles.find(style);
        let numbering = properties.and_then(|p| child(p, "numPr"));
        let number = numbering.and_then(|n| value(n, "numId")).map(|id| id != "0");
        let level = numbering.and_then(|n| value(n, "ilvl")?.parse::<u8>().ok()).unwrap_or(0);
        let outline = properties.and_then(|p| value(p, "outlineLvl")?.parse::<u8>().ok());
        let heading = outline.is_some_and(|level| level < 9) || style.heading;
        let item = number.unwrap_or(style.item) && !heading;
        let indent = properties.and_then(|p| child(p, "ind"));
        let indent = indent.and_then(|ind| {
            let named = |name| ind.attributes().find(|a| a.name() == name)?.value().parse().ok();
            named("left").or_else(|| named("start"))
        });
        let levels = f64::from(level) + if item { 1.0 } else { 0.0 };
        let left = indent.map_or(levels * LEVEL_PT, |twips: f64| twips / TWIPS);

        let mut text = String::new();
        let (mut letters, mut bold, mut size) = (0, 0, None);
        for run in node.descendants().filter(|run| is_run_of(*run, node)) {
            let properties = child(run, "rPr");
            if properties.is_some_and(|p| flag(p, "vanish") == Some(true)) {
                continue;
            }
            let before = text.chars().count();
            run_text(run, &mut text);
            let count = text.chars().count() - before;
            letters += count;
            let is_bold = properties.and_then(|p| flag(p, "b")).unwrap_or(style.bold);
            bold += if is_bold { count } else { 0 };
            let half_points = properties.and_then(|p| value(p, "sz")?.parse::<f32>().ok());
            size = size.or(half_points.map(|half| half / 2.0));
        }
        let lines = text.split('\n').map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.join(" ").nfc().collect::<String>()
        });
        let lines: Vec<String> =
            lines.filter(|line| line.chars().any(char::is_alphanumeric)).collect();
        let size = size.unwrap_or(style.size).clamp(1.0, 1000.0);
        let bold = bold * 2 > letters;
        (!lines.is_empty()).then_some(Paragraph { lines, left, item, heading, bold, size })
    }
}

trait Tag {
    /// An element of this name, in whatever namespace: strict documents have their own.
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Tag for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// What is between `node` and the paragraph that holds it, from the inside.
fn within<'a, 'i>(
    node: Node<'a, 'i>,
    paragraph: Node<'a, 'i>,
) -> impl Iterator<Item = &'i str> + use<'a, 'i> {
    node.ancestors()
        .skip(1)
        .take_while(move |outer| *outer != paragraph)
        .map(|outer| outer.tag_name().name())
}

/// A run of this paragraph itself that is in force: not deleted, not moved away.
fn is_run_of<'a>(run: Node<'a, 'a>, paragraph: Node<'a, 'a>) -> bool {
    let elsewhere = ["del", "moveFrom", "txbxContent", "Fallback"];
    run.has_tag_name_of("r") && within(run, paragraph).all(|name| !elsewhere.contains(&name))
}

/// A paragraph in a text box of this one. Word writes each box twice, for older readers.
fn is_boxed_paragraph<'a>(inner: Node<'a, 'a>, paragraph: Node<'a, 'a>) -> bool {
    let mut boxes = 0;
    inner != paragraph
        && inner.has_tag_name_of("p")
        && within(inner, paragraph).all(|name| {
            boxes += usize::from(name == "txbxContent");
            name != "Fallback"
        })
        && boxes > 0
}

fn run_text(run: Node<'_, '_>, out: &mut String) {
    for part in run.children().filter(Node::is_element) {
        match part.tag_name().name() {
            "t" => out.push_str(&part.text().unwrap_or_default().replace('\n', " ")),
            "tab" | "ptab" => out.push('\t'),
            "br" | "cr" => out.push('\n'),
            "noBreakHyphen" => out.push('-'),
            // A letter of a symbol font: in manuals a bullet.
            "sym" => out.push('•'),
            _ => {}
        }
    }
}
