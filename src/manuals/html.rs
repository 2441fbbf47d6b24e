//! HTML → lines: the readable part of a page, its headings, lists and tables. `html5ever` parses as
//! browsers do.

use std::path::Path;

use encoding_rs::Encoding;
use markup5ever_rcdom::{Handle, NodeData};

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::html_items::{ItemRole, item_role};
use super::html_nodes::{INLINE, MAX_DEPTH, is_skipped, name_of, text_of, visit};
use super::html_pictures::HtmlPictures;
use super::html_table::{is_layout, read_table};
use super::html_tree::tree_of;
use super::html_unseen::Unseen;
use super::list_marker::split_marker;
use super::text_file::decode;
use super::unpaged_lines::{LineStyle, Numbering, UnpagedLines, placed_within};

/// Levels of headings as which items above items are read.
const ITEM_HEADING: u8 = 3;
const ITEM_LABEL: u8 = 5;

/// The lines of a page. `path` is for messages only.
pub(super) fn parse_html(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let text =
        decode_html(bytes).ok_or_else(|| ManualsError::damaged(path, ManualDamage::Encoding))?;
    lines_of_html(path, &text, ManualFormat::Html)
}

/// The lines of a page that is text already. `path` is for messages only.
pub(super) fn lines_of_html(
    path: &Path,
    text: &str,
    format: ManualFormat,
) -> Result<DocumentLines> {
    let too_deep = || ManualsError::damaged(path, ManualDamage::TooDeep);
    let page = tree_of(text).ok_or_else(too_deep)?;
    let pictures = HtmlPictures::of(&page);
    let unseen = Unseen::take_from(&page);
    let lines = UnpagedLines::new(Numbering::Lines);
    let mut reader = Reader { lines, line: Inline::default(), unseen, pictures };
    reader.read_children(&readable_part(&page), Place::default(), MAX_DEPTH);
    reader.finish_line(Place::default());
    let UnpagedLines { number, lines, warnings, pictures, .. } = reader.lines;
    let figures = reader.pictures.found(pictures);
    let is_too_deep = warnings.iter().any(|w| matches!(w, ManualWarning::TooDeep { .. }));
    if lines.is_empty() && is_too_deep {
        return Err(too_deep());
    }
    let warnings = placed_within(warnings, number);
    Ok(DocumentLines { warnings, figures, ..DocumentLines::new(format, number, lines) })
}

/// The pictures of a page. `path` is for messages only.
pub(super) fn pictures_of_html(path: &Path, bytes: &[u8]) -> Result<HtmlPictures> {
    let text =
        decode_html(bytes).ok_or_else(|| ManualsError::damaged(path, ManualDamage::Encoding))?;
    pictures_of_text(path, &text)
}

/// The same of a page that is text already.
pub(super) fn pictures_of_text(path: &Path, text: &str) -> Result<HtmlPictures> {
    let page = tree_of(text).ok_or_else(|| ManualsError::damaged(path, ManualDamage::TooDeep))?;
    Ok(HtmlPictures::of(&page))
}

/// The text of a page in the encoding that it states, or in one of those of text files.
fn decode_html(bytes: &[u8]) -> Option<String> {
    const STATED_WITHIN: usize = 2048;
    let head = bytes.get(..STATED_WITHIN).unwrap_or(bytes).to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head).into_owned();
    let stated = head.split_once("charset=").map(|(_, after)| {
        let after = after.trim_start_matches(['"', '\'']);
        after.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).next().unwrap_or("")
    });
    let stated = stated.and_then(|name| Encoding::for_label(name.as_bytes()));
    match stated {
        Some(encoding) if Encoding::for_bom(bytes).is_none() => {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            text.map(|text| text.into_owned()).or_else(|| decode(bytes))
        }
        _ => decode(bytes),
    }
}

/// The only `main` element of a page, otherwise all of it.
fn readable_part(page: &Handle) -> Handle {
    let mut mains = Vec::new();
    visit(page, MAX_DEPTH, &mut |node| {
        if name_of(node) == Some("main") {
            mains.push(node.clone());
        }
    });
    match mains.pop() {
        Some(only) if mains.is_empty() && !text_of(&only).trim().is_empty() => only,
        _ => page.clone(),
    }
}

/// Whether a node is an element or has letters.
fn has_content(node: &Handle) -> bool {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().chars().any(char::is_alphanumeric),
        _ => name_of(node).is_some() && !is_skipped(node),
    }
}

/// Where the text of an element stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Lists around it.
    level: u32,
    /// Level of the heading, from 1, if it is one.
    heading: Option<u8>,
    bold: bool,
}

/// The line being read.
#[derive(Default)]
struct Inline {
    text: String,
    /// Whether it starts with a bullet of its own.
    is_item: bool,
    letters: usize,
    bold: usize,
    /// Whether a part of it is left out.
    is_cut: bool,
    /// Names of the pictures in it.
    pictures: Vec<String>,
}

impl Inline {
    /// Whether nothing is left of it, at most its number.
    fn is_empty(&self) -> bool {
        let is_number = || !split_marker(&self.text).1.chars().any(char::is_alphanumeric);
        let is_bare = || self.text.chars().all(|c| c.is_ascii_digit() || ".) ".contains(c));
        self.letters == 0 || self.is_cut && (is_number() || is_bare())
    }
}

struct Reader {
    lines: UnpagedLines,
    line: Inline,
    unseen: Unseen,
    pictures: HtmlPictures,
}

impl Reader {
    fn read_children(&mut self, parent: &Handle, place: Place, depth: u32) {
        if depth > 0 {
            parent.children.borrow().iter().for_each(|node| self.read(node, place, depth - 1));
        } else if parent.children.borrow().iter().any(has_content) {
            self.lines.warn_too_deep();
        }
    }

    /// Names what is left out at `node`.
    fn leave_out(&mut self, node: &Handle) {
        if let Some((reason, text)) = self.unseen.at(node) {
            self.lines.leave_out(reason, text);
            self.line.is_cut = true;
        }
    }

    /// Names what is left out below `node`.
    fn leave_out_below(&mut self, node: &Handle) {
        visit(node, MAX_DEPTH, &mut |inner| self.leave_out(inner));
        self.line.is_cut = false;
    }

    fn read(&mut self, node: &Handle, place: Place, depth: u32) {
        self.leave_out(node);
        if let NodeData::Text { contents } = &node.data {
            let text = contents.borrow();
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            self.line.text.push_str(&text);
            self.line.letters += letters;
            self.line.bold += if place.bold { letters } else { 0 };
        }
        let Some(name) = name_of(node).filter(|_| !is_skipped(node)) else { return };
        let bold =
            place.bold || matches!(name, "b" | "strong" | "th" | "dt" | "summary" | "legend");
        if self.unseen.at(node).is_none() {
            self.line.pictures.extend(self.pictures.name_at(node));
        }
        match name {
            "br" | "hr" => self.finish_line(place),
            "table" if !is_layout(node) => {
                self.finish_line(place);
                self.leave_out_below(node);
                let table = read_table(node, &self.pictures);
                self.lines.push_table(&table);
            }
            "td" | "th" => {
                // Of a table that only lays out its page.
                self.read_children(node, place, depth);
                self.finish_line(place);
            }
            "li" | "dd" => {
                self.finish_line(place);
                let role = if name == "li" { item_role(node) } else { ItemRole::Line };
                let heading = match role {
                    ItemRole::Heading => Some(ITEM_HEADING),
                    ItemRole::Label => Some(ITEM_LABEL),
                    ItemRole::Line => None,
                };
                let inner = Place { level: place.level + 1, bold, heading };
                self.line.is_item = name == "li" && role == ItemRole::Line;
                self.read_children(node, inner, depth);
                self.finish_line(inner);
                // An item without text leaves its bullet to nobody.
                self.line.is_item = false;
            }
            "pre" => {
                self.finish_line(place);
                self.leave_out_below(node);
                let text = text_of(node);
                for line in text.lines() {
                    self.lines.push(line, LineStyle::BODY);
                }
            }
            _ if INLINE.contains(&name) => {
                self.read_children(node, Place { bold, ..place }, depth);
            }
            _ => {
                self.finish_line(place);
                let heading = match name {
                    "h1" => Some(1),
                    "h2" => Some(2),
                    "h3" => Some(3),
                    "h4" => Some(4),
                    "h5" | "h6" => Some(5),
                    _ => place.heading,
                };
                let inner = Place { heading, bold, ..place };
                self.read_children(node, inner, depth);
                self.finish_line(inner);
            }
        }
    }

    /// Ends the line being read, if it has text.
    fn finish_line(&mut self, place: Place) {
        let line = std::mem::take(&mut self.line);
        let before = self.lines.number;
        if line.is_empty() {
            line.pictures.into_iter().for_each(|picture| self.lines.add_picture(picture, before));
            // A bullet waits for its text.
            self.line.is_item = line.is_item;
            return;
        }
        let style = match place.heading {
            Some(level) => LineStyle::heading(level),
            None => {
                LineStyle { level: place.level, bold: line.bold == line.letters, ..LineStyle::BODY }
            }
        };
        let bullet = if line.is_item { "• " } else { "" };
        self.lines.push(&format!("{bullet}{}", line.text), style);
        line.pictures.into_iter().for_each(|picture| self.lines.add_picture(picture, before));
    }
}
