//! Interpreter for PDF content streams that collects the glyphs shown: position, size, weight and
//! clipping rectangle of each (ISO 32000-1, 8.4, 8.5 and 9.4).

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::font::Font;
use super::geometry::{Matrix, Rect};
use super::glyph::Glyph;

/// Limits on one page. No manual comes near them, but a small hostile file can exceed them.
const MAX_CONTENT_BYTES: usize = 64 << 20;
const MAX_OPERATIONS: usize = 5_000_000;
const MAX_GLYPHS: usize = 500_000;
/// Form XObjects nested in each other. A form may show itself, and forms are run by recursion.
const MAX_FORM_DEPTH: u32 = 8;
const MAX_SAVED_STATES: usize = 256;

/// The graphics state as far as text needs it (ISO 32000-1, tables 52 and 104).
#[derive(Clone)]
struct GraphicsState {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    render_mode: i64,
    clip: Option<Rect>,
}

pub(super) struct Interpreter<'a> {
    document: &'a Document,
    /// Fonts loaded so far, for all pages.
    fonts: HashMap<ObjectId, Rc<Font>>,
    /// Operations run on the current page.
    operations: usize,
    glyphs: Vec<Glyph>,
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self { document, fonts: HashMap::new(), operations: 0, glyphs: Vec::new() }
    }

    /// The glyphs of one page in the order shown. `base` maps user space to page points.
    pub(super) fn page_glyphs(
        &mut self,
        page: ObjectId,
        resources: &'a Dictionary,
        base: Matrix,
    ) -> lopdf::Result<Vec<Glyph>> {
        self.glyphs.clear();
        self.operations = 0;
        let content = self.document.get_page_content_with_limit(page, MAX_CONTENT_BYTES)?;
        self.run(&content, resources, base, None, 0)?;
        Ok(std::mem::take(&mut self.glyphs))
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: &'a Dictionary,
        ctm: Matrix,
        clip: Option<Rect>,
        depth: u32,
    ) -> lopdf::Result<()> {
        let content = Content::decode(content)?;
        let mut state = GraphicsState {
            ctm,
            font: None,
            size: 0.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            render_mode: 0,
            clip,
        };
        let mut saved: Vec<GraphicsState> = Vec::new();
        let (mut text, mut line) = (Matrix::IDENTITY, Matrix::IDENTITY);
        let mut path: Vec<(f64, f64)> = Vec::new();
        let mut clip_pending = false;
        // Fonts written into the page itself have no object id, so they are kept by name.
        let mut named: HashMap<Vec<u8>, Option<Rc<Font>>> = HashMap::new();

        for operation in &content.operations {
            self.operations += 1;
            if self.operations > MAX_OPERATIONS || self.glyphs.len() > MAX_GLYPHS {
                break;
            }
            let operands = &operation.operands;
            let n =
                |i: usize| operands.get(i).and_then(|o| o.as_float().ok()).map_or(0.0, f64::from);
            let matrix = || Matrix([n(0), n(1), n(2), n(3), n(4), n(5)]);
            match operation.operator.as_str() {
                "q" if saved.len() < MAX_SAVED_STATES => saved.push(state.clone()),
                "Q" => {
                    if let Some(old) = saved.pop() {
                        state = old;
                    }
                }
                "cm" => state.ctm = matrix().then(state.ctm),
                "re" => {
                    let (x, y, w, h) = (n(0), n(1), n(2), n(3));
                    for (x, y) in [(x, y), (x + w, y), (x, y + h), (x + w, y + h)] {
                        path.push(state.ctm.apply(x, y));
                    }
                }
                "m" | "l" => path.push(state.ctm.apply(n(0), n(1))),
                "W" | "W*" => clip_pending = true,
                "n" | "f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*" => {
                    if clip_pending && !path.is_empty() {
                        let shape = Rect::bounding(&path);
                        state.clip = Some(state.clip.map_or(shape, |old| old.intersection(shape)));
                    }
                    clip_pending = false;
                    path.clear();
                }
                "BT" => (text, line) = (Matrix::IDENTITY, Matrix::IDENTITY),
                "Tf" => {
                    state.size = n(1);
                    if let Some(Ok(name)) = operands.first().map(Object::as_name) {
                        state.font = match named.get(name) {
                            Some(font) => font.clone(),
                            None => {
                                let font = self.font(resources, name);
                                named.insert(name.to_vec(), font.clone());
                                font
                            }
                        };
                    }
                }
                "Tc" => state.char_spacing = n(0),
                "Tw" => state.word_spacing = n(0),
                "Tz" => state.scale = n(0) / 100.0,
                "TL" => state.leading = n(0),
                "Ts" => state.rise = n(0),
                "Tr" => state.render_mode = n(0) as i64,
                "Td" | "TD" => {
                    if operation.operator == "TD" {
                        state.leading = -n(1);
                    }
                    line = Matrix::translate(n(0), n(1)).then(line);
                    text = line;
                }
                "Tm" => {
                    line = matrix();
                    text = line;
                }
                "T*" => {
                    line = Matrix::translate(0.0, -state.leading).then(line);
                    text = line;
                }
                "Tj" => self.show_operand(&state, &mut text, operands.first()),
                "'" | "\"" => {
                    if operation.operator == "\"" {
                        (state.word_spacing, state.char_spacing) = (n(0), n(1));
                    }
                    line = Matrix::translate(0.0, -state.leading).then(line);
                    text = line;
                    self.show_operand(&state, &mut text, operands.last());
                }
                "TJ" => {
                    let items = operands.first().and_then(|o| o.as_array().ok());
                    for item in items.map(Vec::as_slice).unwrap_or_default() {
                        if let Ok(adjust) = item.as_float() {
                            let shift = -f64::from(adjust) / 1000.0 * state.size * state.scale;
                            text = Matrix::translate(shift, 0.0).then(text);
                        } else {
                            self.show_operand(&state, &mut text, Some(item));
                        }
                    }
                }
                "Do" if depth < MAX_FORM_DEPTH => {
                    let form = operands
                        .first()
                        .and_then(|o| o.as_name().ok())
                        .and_then(|name| self.form(resources, name));
                    if let Some(form) = form {
                        self.run_form(form, resources, &state, depth)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run_form(
        &mut self,
        form: &'a Stream,
        outer: &'a Dictionary,
        state: &GraphicsState,
        depth: u32,
    ) -> lopdf::Result<()> {
        let document = self.document;
        let resources =
            form.dict.get_deref(b"Resources", document).and_then(Object::as_dict).unwrap_or(outer);
        let matrix = form.dict.get_deref(b"Matrix", document).and_then(Object::as_array);
        let own = matrix.map_or(Matrix::IDENTITY, |numbers| {
            let n =
                |i: usize| numbers.get(i).and_then(|o| o.as_float().ok()).map_or(0.0, f64::from);
            Matrix([n(0), n(1), n(2), n(3), n(4), n(5)])
        });
        let content = form.get_plain_content_with_limit(MAX_CONTENT_BYTES)?;
        self.run(&content, resources, own.then(state.ctm), state.clip, depth + 1)
    }

    fn form(&self, resources: &'a Dictionary, name: &[u8]) -> Option<&'a Stream> {
        let objects = resources.get_deref(b"XObject", self.document).ok()?.as_dict().ok()?;
        let stream = objects.get_deref(name, self.document).ok()?.as_stream().ok()?;
        let subtype = stream.dict.get_deref(b"Subtype", self.document).ok()?.as_name().ok()?;
        // The bytes of an image are no operators.
        (subtype == b"Form").then_some(stream)
    }

    fn font(&mut self, resources: &'a Dictionary, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = resources.get_deref(b"Font", self.document).ok()?.as_dict().ok()?;
        let entry = fonts.get(name).ok()?;
        let id = entry.as_reference().ok();
        if let Some(font) = id.and_then(|id| self.fonts.get(&id)) {
            return Some(font.clone());
        }
        let dictionary = fonts.get_deref(name, self.document).ok()?.as_dict().ok()?;
        let font = Rc::new(Font::load(self.document, dictionary));
        if let Some(id) = id {
            self.fonts.insert(id, font.clone());
        }
        Some(font)
    }

    fn show_operand(&mut self, state: &GraphicsState, text: &mut Matrix, operand: Option<&Object>) {
        let Some(Ok(bytes)) = operand.map(Object::as_str) else { return };
        let Some(font) = &state.font else { return };
        for code in font.decode(bytes) {
            if self.glyphs.len() > MAX_GLYPHS {
                return;
            }
            let advance = code.width / 1000.0 * state.size * state.scale;
            let rendered = text.then(state.ctm);
            let start = rendered.apply(0.0, state.rise);
            let end = rendered.apply(advance, state.rise);
            let top = rendered.apply(0.0, state.rise + state.size);
            let size = (top.0 - start.0).hypot(top.1 - start.1);
            let is_finite = [start.0, start.1, end.0, end.1, size]
                .iter()
                .all(|v| v.is_finite() && v.abs() < 1.0e6);
            if !code.text.is_empty() && is_finite && size > 0.1 {
                self.glyphs.push(Glyph {
                    text: code.text,
                    start,
                    end,
                    size,
                    // Fill and stroke (mode 2) is how producers fake a bold that the font lacks.
                    bold: font.bold || state.render_mode == 2,
                    clip: state.clip,
                });
            }
            let word = if code.is_space_code { state.word_spacing } else { 0.0 };
            let step = advance + (state.char_spacing + word) * state.scale;
            *text = Matrix::translate(step, 0.0).then(*text);
        }
    }
}
