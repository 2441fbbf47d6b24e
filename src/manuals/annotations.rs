//! Form fields and reviewers' notes of a page (ISO 32000-1, 12.5 and 12.7).

use std::collections::HashSet;

use hayro::hayro_interpret::hayro_syntax::object::{
    Array, Dict, Name, Number, Object, Rect as PdfRect, String as Text,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Point};
use lopdf::{StringFormat, decode_text_string};

use super::geometry::Rect;
use super::glyph::Glyph;

/// Parents of a field; a hostile file is a ring.
const MAX_PARENTS: usize = 16;
/// Annotation flags.
const HIDDEN: i64 = 1 << 1;
const NO_VIEW: i64 = 1 << 5;
/// Field flags.
const MULTI_LINE: i64 = 1 << 12;
const PASSWORD: i64 = 1 << 13;
/// Size of a value where the field states none, in points.
const DEFAULT_SIZE: f64 = 11.0;
/// Of a line, in ems.
const LEADING: f64 = 1.2;

/// What a page has besides its content.
#[derive(Default)]
pub(super) struct Annotations {
    /// The values typed into form fields, each at its place.
    pub(super) values: Vec<Vec<Glyph>>,
    /// Reviewers' notes.
    pub(super) notes: Vec<String>,
    /// What a reviewer struck out without a word, as rectangles.
    pub(super) struck: Vec<Rect>,
    /// Values of fields that are not shown.
    pub(super) hidden: Vec<String>,
}

/// Reads the annotations of a page. `to_page` maps user space to page points, y downwards.
pub(super) fn annotations(page: &Page<'_>, to_page: Affine) -> Annotations {
    let mut out = Annotations::default();
    let Some(array) = page.raw().get::<Array<'_>>(b"Annots") else { return out };
    let mut seen = HashSet::new();
    for annotation in array.iter::<Dict<'_>>() {
        let subtype = annotation.get::<Name<'_>>(b"Subtype");
        let flags = number(&annotation, b"F").map_or(0, |flags| flags.as_i64());
        let is_shown = flags & (HIDDEN | NO_VIEW) == 0;
        match subtype.as_ref().map(|subtype| subtype.as_ref()) {
            Some(b"Widget") => {
                let Some(value) = field_value(&annotation) else { continue };
                if is_shown {
                    out.values.push(place_value(&annotation, &value, to_page));
                } else {
                    out.hidden.push(value);
                }
            }
            // What a viewer does, or what only moves: no words of a reviewer.
            Some(
                b"Link" | b"Movie" | b"Sound" | b"Screen" | b"PrinterMark" | b"TrapNet" | b"3D"
                | b"RichMedia",
            )
            | None => {}
            // A pop-up shows the words of its parent, which is an annotation of its own.
            Some(b"Popup") if annotation.contains_key(b"Parent") => {}
            Some(_) => {
                // The state that a reviewer set ("accepted") is no note.
                let is_state = annotation.contains_key(b"StateModel");
                let note = text(&annotation, b"Contents").map(|note| one_line(&note));
                let note = note.filter(|note| !note.is_empty()).or_else(|| rich_text(&annotation));
                let note = note.filter(|_| !is_state && is_shown);
                if subtype.as_ref().is_some_and(|s| s.as_ref() == b"StrikeOut") && note.is_none() {
                    out.struck.extend(area(&annotation, to_page));
                }
                out.notes.extend(note.filter(|note| seen.insert(note.clone())));
            }
        }
    }
    out
}

fn number(dictionary: &Dict<'_>, key: &[u8]) -> Option<Number> {
    dictionary.get::<Number>(key)
}

/// A text string: UTF-16 or UTF-8 with a mark, or PDFDocEncoding (ISO 32000-2, 7.9.2.2).
fn decode(bytes: &[u8]) -> Option<String> {
    let object = lopdf::Object::String(bytes.to_vec(), StringFormat::Literal);
    decode_text_string(&object).ok()
}

fn text(dictionary: &Dict<'_>, key: &[u8]) -> Option<String> {
    match dictionary.get::<Object<'_>>(key)? {
        Object::String(string) => decode(string.as_bytes()),
        // Long values may stand in a stream.
        Object::Stream(stream) => decode(&stream.decoded_data().ok()?),
        _ => None,
    }
}

/// The words of a note's formatted text, XHTML (ISO 32000-1, 12.7.3.4).
fn rich_text(annotation: &Dict<'_>) -> Option<String> {
    let markup = text(annotation, b"RC")?;
    let document = roxmltree::Document::parse(markup.trim_start_matches('\u{FEFF}')).ok()?;
    let words = document.descendants().filter_map(|node| node.is_text().then(|| node.text())?);
    let words = one_line(&words.collect::<Vec<_>>().join(" "));
    (!words.is_empty()).then_some(words)
}

/// The rectangle of an annotation in page points.
fn area(annotation: &Dict<'_>, to_page: Affine) -> Option<Rect> {
    let rect = annotation.get::<PdfRect>(b"Rect")?;
    let corner = |x: f64, y: f64| {
        let point = to_page * Point::new(x, y);
        (point.x, point.y)
    };
    Some(Rect::bounding(&[corner(rect.x0, rect.y0), corner(rect.x1, rect.y1)]))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An entry of the field or of the nearest ancestor that has it.
fn inherited<'a, R>(field: &Dict<'a>, read: impl Fn(&Dict<'a>) -> Option<R>) -> Option<R> {
    let mut node = field.clone();
    for _ in 0..MAX_PARENTS {
        if let Some(found) = read(&node) {
            return Some(found);
        }
        node = node.get::<Dict<'_>>(b"Parent")?;
    }
    None
}

/// The text typed into a field, or chosen from its list.
fn field_value(field: &Dict<'_>) -> Option<String> {
    let kind = inherited(field, |node| node.get::<Name<'_>>(b"FT"))?;
    let flags = inherited(field, |node| number(node, b"Ff")).map_or(0, |flags| flags.as_i64());
    let is_text = kind.as_ref() == b"Tx" && flags & PASSWORD == 0;
    if !is_text && kind.as_ref() != b"Ch" {
        return None;
    }
    let value = inherited(field, |node| {
        text(node, b"V").or_else(|| {
            let chosen = node.get::<Array<'_>>(b"V")?;
            let chosen: Vec<String> =
                chosen.iter::<Text<'_>>().filter_map(|item| decode(item.as_bytes())).collect();
            Some(chosen.join(", "))
        })
    })?;
    let value = if kind.as_ref() == b"Ch" { shown_option(field, value) } else { value };
    Some(value).filter(|value| !value.trim().is_empty())
}

/// The text that a list shows for a value: options may be pairs of value and text.
fn shown_option(field: &Dict<'_>, value: String) -> String {
    let options = inherited(field, |node| node.get::<Array<'_>>(b"Opt"));
    let shown = options.iter().flat_map(|options| options.iter::<Array<'_>>()).find_map(|pair| {
        let mut pair = pair.iter::<Text<'_>>().map(|text| decode(text.as_bytes()));
        let (own, shown) = (pair.next()??, pair.next()??);
        (own == value).then_some(shown)
    });
    shown.unwrap_or(value)
}

/// The letters of a value in the rectangle of its field.
fn place_value(field: &Dict<'_>, value: &str, to_page: Affine) -> Vec<Glyph> {
    let Some(area) = area(field, to_page) else { return Vec::new() };
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = value.lines().map(str::trim_end).collect();
    let flags = inherited(field, |node| number(node, b"Ff")).map_or(0, |flags| flags.as_i64());
    let stated = inherited(field, |node| text(node, b"DA")).and_then(|da| stated_size(&da));
    let tallest = (height / (LEADING * lines.len().max(1) as f64)).max(1.0);
    let size = stated.unwrap_or(DEFAULT_SIZE).min(tallest.max(4.0));
    let is_top = flags & MULTI_LINE != 0;
    let first = if is_top {
        area.top + size
    } else {
        // The middle of a line's letters lies 0.35 em above its baseline.
        (area.top + area.bottom) / 2.0 + 0.35 * size
            - LEADING * size * (lines.len().saturating_sub(1)) as f64 / 2.0
    };
    let mut out = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let baseline = first + LEADING * size * number as f64;
        let ems: f64 = line.chars().map(width_ems).sum();
        // A viewer wraps or scrolls what does not fit; it stays one line here.
        let scale = if ems * size > width && width > 0.0 { width / (ems * size) } else { 1.0 };
        let mut x = area.left + 2.0_f64.min(width / 10.0);
        for letter in line.chars() {
            let advance = width_ems(letter) * size * scale;
            out.push(Glyph {
                text: letter.to_string(),
                start: (x, baseline),
                end: (x + advance, baseline),
                size,
                bold: false,
                clip: None,
            });
            x += advance;
        }
    }
    out
}

/// Width of a letter in a common font.
fn width_ems(letter: char) -> f64 {
    if letter == ' ' {
        0.28
    } else if u32::from(letter) < 0x1100 {
        0.5
    } else {
        0.95
    }
}

/// The font size of a default appearance, `/Helv 11 Tf`; 0 means that the viewer chooses.
fn stated_size(appearance: &str) -> Option<f64> {
    let words: Vec<&str> = appearance.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "Tf")?;
    let size: f64 = words.get(at.checked_sub(1)?)?.parse().ok()?;
    (size.is_finite() && size > 0.0).then_some(size)
}
