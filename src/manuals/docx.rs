//! Word documents (ECMA-376, `WordprocessingML`) → lines.
//!
//! A paragraph is a line. Headings are recognised by style, list items by numbering, and the cells
//! of a table become lines side by side.

use std::collections::HashMap;
use std::path::Path;

use roxmltree::Node;
use unicode_normalization::UnicodeNormalization;

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::docx_figures::pictures_of;
use super::docx_notes::{NoteKind, Reference, read_notes, references_of};
use super::docx_runs::{is_of_paragraph, push_run_text};
use super::docx_styles::{Look, Style, Styles, child, flag, is_filled, value};
use super::error::{ManualsError, Result};
use super::found_figures::PartFigures;
use super::geometry::Rect;
use super::list_marker::split_marker;
use super::package::{LocalName, Package, descend};
use super::printed_line::PrintedLine;
use super::relations::{Relation, relations};
use super::unpaged_lines::{LeftOut, Script, placed_within};

/// Twips in a point.
const TWIPS_PER_POINT: f64 = 20.0;
/// Indentation of a list level in points, where the document states none.
const LIST_INDENT_PT: f64 = 18.0;
/// The most wrappers around blocks (content controls, custom XML) nested in each other.
const MAX_DEPTH: u32 = 32;
/// How far outside of a paragraph its ground is looked for.
const MAX_ANCESTORS: usize = 64;
/// Width of a table column in points; wide enough that neighbouring cells stay apart.
const COLUMN_WIDTH_PT: f64 = 100.0;

/// The lines of a Word document. `path` is for messages only.
pub(super) fn parse_docx(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let mut package = Package::open(path, bytes)?;
    let main = main_part_name(&mut package)?;
    let text = package.read(&main)?.ok_or_else(|| {
        ManualsError::damaged(path, ManualDamage::OtherContent(ManualFormat::Docx))
    })?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let styles = package.read(&format!("{folder}/styles.xml"))?;
    let styles = match &styles {
        Some(styles) => Styles::read(package.parse(styles)?.root_element()),
        None => Styles::default(),
    };
    let document = package.parse(&text)?;
    let body = child(document.root_element(), "body");
    let body =
        body.ok_or_else(|| ManualsError::damaged(path, ManualDamage::structure("no body")))?;
    let mut reader = BodyReader {
        styles,
        relations: relations(&mut package, &main)?,
        figures: PartFigures::default(),
        lines: Vec::new(),
        warnings: Vec::new(),
        references: Vec::new(),
        paragraphs: 0,
        row: 0,
    };
    reader.read_blocks(body, MAX_DEPTH);
    let BodyReader { lines, warnings, references, paragraphs, figures, .. } = reader;
    let figures = figures.looked_at(&mut package);
    let mut warnings = placed_within(warnings, paragraphs);
    let comments = read_notes(&mut package, folder, NoteKind::Comment, &references)?;
    warnings.extend(comments.into_iter().map(|(page, text)| ManualWarning::Note { page, text }));
    let mut notes = read_notes(&mut package, folder, NoteKind::Footnote, &references)?;
    notes.extend(read_notes(&mut package, folder, NoteKind::Endnote, &references)?);
    let document = DocumentLines::new(ManualFormat::Docx, paragraphs, lines);
    Ok(DocumentLines { warnings, notes, figures, ..document })
}

/// Name of the main document part, from the package's relationships (`officeDocument`).
fn main_part_name(package: &mut Package<'_>) -> Result<String> {
    const DEFAULT: &str = "word/document.xml";
    let Some(relations) = package.read("_rels/.rels")? else {
        return Ok(DEFAULT.to_owned());
    };
    let relations = package.parse(&relations)?;
    let is_main = |node: &Node<'_, '_>| {
        node.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
    };
    let main = relations.descendants().find(is_main).and_then(|node| node.attribute("Target"));
    Ok(main.map_or(DEFAULT, |target| target.trim_start_matches('/')).to_owned())
}

/// Reads the body of a document from top to bottom.
struct BodyReader {
    styles: Styles,
    /// Of the main part, to the pictures among others.
    relations: Vec<Relation>,
    figures: PartFigures,
    lines: Vec<PrintedLine>,
    /// What was left out.
    warnings: Vec<ManualWarning>,
    /// Comments and footnotes that paragraphs refer to.
    references: Vec<Reference>,
    /// Number of paragraphs with text so far.
    paragraphs: u32,
    /// Row of the next line, from 0.
    row: usize,
}

/// A paragraph with text.
struct Paragraph {
    /// One line, or several where the paragraph has line breaks; none if all is left out.
    lines: Vec<String>,
    /// What nobody sees of it or is struck out.
    left_out: Vec<(LeftOut, String)>,
    /// Ids of the comments and footnotes that it refers to.
    references: Vec<(NoteKind, String)>,
    /// Indentation in points.
    left: f64,
    is_list_item: bool,
    /// Level of a heading, from 1.
    heading: Option<u8>,
    bold: bool,
    /// Font size in points.
    size: f32,
}

impl BodyReader {
    /// Reads the paragraphs and tables in `parent`, in order.
    fn read_blocks(&mut self, parent: Node<'_, '_>, depth: u32) {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" => self.read_paragraph(node),
                "tbl" => self.read_table(node),
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" if depth > 0 => {
                    self.read_blocks(node, depth - 1);
                }
                _ => {}
            }
        }
    }

    fn read_paragraph(&mut self, node: Node<'_, '_>) {
        // Text boxes are anchored in paragraphs.
        for inner in std::iter::once(node).chain(paragraphs_below(node)) {
            let before = self.paragraphs;
            if let Some(paragraph) = self.parse_paragraph(inner) {
                let lines = self.place_lines(&paragraph, paragraph.left);
                self.lines.extend(lines);
            }
            self.add_pictures(&pictures_of(inner), before);
        }
    }

    /// Adds pictures that stand in the paragraphs after the first `before`.
    fn add_pictures(&mut self, relations: &[&str], before: u32) {
        let beside = (self.paragraphs > before).then(|| before + 1..=self.paragraphs);
        for id in relations {
            self.figures.push(&self.relations, id, beside.clone(), self.paragraphs);
        }
    }

    /// The lines of a paragraph below each other, from the current row on.
    fn place_lines(&mut self, paragraph: &Paragraph, left: f64) -> Vec<PrintedLine> {
        let next = self.paragraphs.saturating_add(1);
        let references = paragraph.references.iter();
        self.references.extend(references.map(|(kind, id)| Reference {
            kind: *kind,
            id: id.clone(),
            paragraph: next,
        }));
        let left_out = paragraph.left_out.iter();
        self.warnings.extend(left_out.filter_map(|(reason, text)| reason.warning(next, text)));
        if paragraph.lines.is_empty() {
            return Vec::new();
        }
        self.paragraphs = next;
        let mut lines = Vec::new();
        for (at, text) in paragraph.lines.iter().enumerate() {
            let starts_item = paragraph.is_list_item && at == 0;
            let text = if starts_item { format!("• {text}") } else { text.clone() };
            // Lines after a break are indented, as wrapped lines of the item.
            let indent = if paragraph.is_list_item && at > 0 { LIST_INDENT_PT } else { 0.0 };
            let mut line = PrintedLine::unpaged(self.paragraphs, self.row, left + indent, text);
            line.line.bold = paragraph.bold || paragraph.heading.is_some();
            let scale = paragraph.heading.map_or(1.0, heading_scale);
            line.line.font_size_pt = paragraph.size * scale;
            lines.push(line);
            self.row += 1;
        }
        lines
    }

    /// Reads a table. The first lines of all cells of a table row share a row of lines, and so on.
    fn read_table(&mut self, node: Node<'_, '_>) {
        let rows = node.children().filter(|row| row.has_local_name("tr"));
        // Top of the last cell in each column.
        let mut tops: HashMap<u32, f64> = HashMap::new();
        for row in rows {
            let top = self.row;
            let (mut lines, mut column) = (Vec::new(), 0_u32);
            let mut end = top;
            // Pictures in cells without text are the row's.
            let (above, mut of_row) = (self.paragraphs, Vec::new());
            for cell in row.children().filter(|cell| cell.has_local_name("tc")) {
                self.row = top;
                let properties = child(cell, "tcPr");
                let span = properties.and_then(|p| value(p, "gridSpan")?.parse().ok());
                let merged = properties.and_then(|p| child(p, "vMerge"));
                let left = f64::from(column) * COLUMN_WIDTH_PT;
                let first = column;
                column = column.saturating_add(span.unwrap_or(1_u32)).min(10_000);
                let right = f64::from(column) * COLUMN_WIDTH_PT;
                // A cell without `restart` is a part of the one above.
                let above = merged.filter(|m| m.local_attribute("val") != Some("restart"));
                match above.and_then(|_| tops.get(&first).copied()) {
                    Some(above) => self.extend_cells((left, above), top as f64 + 1.0),
                    None => _ = tops.insert(first, top as f64),
                }
                let (before, mut pictures) = (self.paragraphs, Vec::new());
                for inner in paragraphs_below(cell) {
                    pictures.extend(pictures_of(inner));
                    let Some(paragraph) = self.parse_paragraph(inner) else { continue };
                    for mut line in self.place_lines(&paragraph, left + 1.0) {
                        let (top, bottom) = (top as f64, top as f64 + 1.0);
                        line.clip = Some(Rect { left, top, right, bottom });
                        lines.push(line);
                    }
                }
                end = end.max(self.row);
                if self.paragraphs > before {
                    self.add_pictures(&pictures, before);
                } else {
                    of_row.extend(pictures);
                }
            }
            self.add_pictures(&of_row, above);
            self.row = end;
            for clip in lines.iter_mut().filter_map(|line: &mut PrintedLine| line.clip.as_mut()) {
                clip.bottom = clip.bottom.max(end as f64);
            }
            lines.sort_by_key(|line: &PrintedLine| line.row);
            self.lines.extend(lines);
        }
        // A row of its own parts this table from the next.
        self.row += 1;
    }

    /// Extends the cell at (`left`, `top`) down to `bottom`.
    fn extend_cells(&mut self, (left, top): (f64, f64), bottom: f64) {
        let cells = self.lines.iter_mut().filter_map(|line| line.clip.as_mut());
        let is_it =
            |clip: &&mut Rect| (clip.left - left).abs() < 1.0 && (clip.top - top).abs() < 0.5;
        cells.filter(is_it).for_each(|clip| clip.bottom = clip.bottom.max(bottom));
    }

    /// The paragraph at `node`, or `None` if the paragraph has no text.
    fn parse_paragraph(&self, node: Node<'_, '_>) -> Option<Paragraph> {
        let properties = child(node, "pPr");
        let style = properties.and_then(|p| value(p, "pStyle"));
        let style = self.styles.get(style);
        let numbering = properties.and_then(|p| child(p, "numPr"));
        let number = numbering.and_then(|n| value(n, "numId")).map(|id| id != "0");
        let level = numbering.and_then(|n| value(n, "ilvl")?.parse::<u8>().ok()).unwrap_or(0);
        let outline = properties.and_then(|p| value(p, "outlineLvl")?.parse::<u8>().ok());
        let outline = outline.filter(|level| *level < 9).map(|level| level + 1);
        let heading = outline.or(style.heading);
        let is_list_item = number.unwrap_or(style.is_list_item) && heading.is_none();
        let indent = properties.and_then(|p| child(p, "ind"));
        let indent = indent.and_then(|ind| {
            let named = |name| ind.attributes().find(|a| a.name() == name)?.value().parse().ok();
            named("left").or_else(|| named("start"))
        });
        let levels = f64::from(level) + if is_list_item { 1.0 } else { 0.0 };
        let left = indent.map_or(levels * LIST_INDENT_PT, |twips: f64| twips / TWIPS_PER_POINT);

        let ground = self.has_ground(node);
        let mut text = String::new();
        let mut left_out: Vec<(LeftOut, String)> = Vec::new();
        // Whether the run before was left out, too.
        let mut goes_on = false;
        let (mut letters, mut bold, mut size) = (0, 0, None);
        for run in descend(node, is_of_paragraph).filter(|run| run.has_local_name("r")) {
            let properties = child(run, "rPr");
            let look = self.look_of_run(style, properties, ground);
            let mut own = String::new();
            push_run_text(run, &mut own);
            if let Some(reason) = look.left_out() {
                match left_out.last_mut().filter(|last| goes_on && last.0 == reason) {
                    Some((_, before)) => before.push_str(&own),
                    None => left_out.push((reason, own)),
                }
                goes_on = true;
                continue;
            }
            goes_on &= own.is_empty();
            let own = if look.script == Script::Line { own } else { look.script.apply(&own) };
            text.push_str(&own);
            let count = own.chars().count();
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
        // A number whose text is left out numbers nothing.
        let is_number = |line: &str| line.chars().all(|c| c.is_ascii_digit() || ".) ".contains(c));
        let says_nothing = |line: &str| {
            !split_marker(line).1.chars().any(char::is_alphanumeric) || is_number(line)
        };
        let lines: Vec<String> = lines
            .filter(|line| line.chars().any(char::is_alphanumeric))
            .filter(|line| left_out.is_empty() || !says_nothing(line))
            .collect();
        let size = size.unwrap_or(style.size).clamp(1.0, 1000.0);
        let bold = bold * 2 > letters;
        let references = references_of(node);
        let is_empty = lines.is_empty() && left_out.is_empty();
        let paragraph =
            Paragraph { lines, left_out, references, left, is_list_item, heading, bold, size };
        (!is_empty).then_some(paragraph)
    }

    /// How the letters of a run look in a paragraph of a style, on a coloured `ground` or not.
    fn look_of_run(
        &self,
        style: Style,
        properties: Option<Node<'_, '_>>,
        ground: Option<bool>,
    ) -> Look {
        let mut look = style.look;
        look.filled = ground.unwrap_or(look.filled);
        let Some(properties) = properties else { return look };
        if let Some(id) = value(properties, "rStyle") {
            look = look.over(self.styles.get(Some(id)).look);
        }
        look.with(properties)
    }

    /// Whether a paragraph stands on a ground of another colour than white; `None` if it states none.
    /// Boxes count as coloured: drawings fill them in ways of their own.
    fn has_ground(&self, paragraph: Node<'_, '_>) -> Option<bool> {
        let around = paragraph.ancestors().take(MAX_ANCESTORS);
        around.into_iter().find_map(|outer| match outer.tag_name().name() {
            "p" => is_filled(child(outer, "pPr")?),
            "tc" => is_filled(child(outer, "tcPr")?),
            "tbl" => {
                let properties = child(outer, "tblPr")?;
                let style = value(properties, "tblStyle").map(|id| self.styles.get(Some(id)));
                is_filled(properties).or(style.filter(|style| style.look.filled).map(|_| true))
            }
            "txbxContent" => Some(true),
            "document" => child(outer, "background").map(|_| true),
            _ => None,
        })
    }
}

/// Font size of a heading of this level in relation to body text.
fn heading_scale(level: u8) -> f32 {
    const DEEPEST: f32 = 1.15;
    DEEPEST + 0.05 * f32::from(5 - level.clamp(1, 5))
}

/// The paragraphs below a node, in printed order, also those in text boxes and in each other. Word writes
/// each box twice; the `Fallback` copy is for older readers.
fn paragraphs_below<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    let is_read = |node: Node<'_, '_>| !node.has_local_name("Fallback");
    descend(node, is_read).filter(|inner| inner.has_local_name("p"))
}
