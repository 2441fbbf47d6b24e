//! What hayro draws of a page → its letters, and what may cover them or lie behind them.

use hayro::hayro_interpret::font::{Glyph as FontGlyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::WritingMode;
use hayro::hayro_interpret::hayro_syntax::object::{Dict, Name};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, FillRule, Image, ImageDrawProps, Paint,
    SoftMask, StrokeProps,
};
use hayro::kurbo::{Affine, BezPath, Point, Shape as _, Stroke, StrokeOpts, Vec2, stroke};

use super::font::{PageFonts, RunFont};
use super::geometry::Rect;
use super::glyph::{Glyph, NOTHING, UNREADABLE};

/// Limits on one page. No manual comes near them, but a small hostile file can exceed them.
const MAX_CALLS: usize = 2_000_000;
/// A page with more is not drawn to look at its ink.
const MAX_SIMPLE_CALLS: usize = 200_000;
const MAX_GLYPHS: usize = 500_000;
/// Fills and pictures that are kept; drawings of a plant have thousands of small ones.
const MAX_MARKS: usize = 4_000;
/// The least area of a fill that can lie behind a letter or cover it, in square points.
const MIN_MARK_AREA: f64 = 4.0;
/// Of an outline font, in units of its em.
const UNITS_PER_EM: f64 = 1000.0;
/// Of vertical writing, where a font states nothing else (ISO 32000-1, 9.7.4.3): the origin's
/// height above the baseline and the advance, in thousandths of an em.
const VERTICAL_ORIGIN: f64 = 880.0;
const VERTICAL_ADVANCE: f64 = 1000.0;

/// A letter as it was drawn.
#[derive(Debug, Clone)]
pub(super) struct DrawnGlyph {
    pub(super) glyph: Glyph,
    /// Number of the drawing operation; later ones lie above.
    pub(super) order: usize,
    /// Red, green, blue, opacity from 0 to 1; `None` of a pattern.
    pub(super) colour: Option<[f32; 4]>,
    /// Drawn with the text render mode for invisible text, such as the text of a scan.
    pub(super) is_invisible: bool,
    /// Behind a mask, so that only the drawn page tells how much of it is seen.
    pub(super) is_masked: bool,
    /// Marked by the producer as a watermark.
    pub(super) is_watermark: bool,
}

/// A fill or a picture that can lie behind letters or cover them.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) order: usize,
    pub(super) bounds: Rect,
    pub(super) kind: MarkKind,
}

/// What a mark is filled with.
#[derive(Debug)]
pub(super) enum MarkKind {
    /// A shape in one colour (`None`: a pattern), which hides what lies below if it is opaque.
    Fill { shape: BezPath, rule: FillRule, colour: Option<[f32; 3]>, is_opaque: bool },
    /// A picture; one without transparency hides what lies below.
    Picture { is_opaque: bool },
}

impl Mark {
    pub(super) fn contains(&self, point: (f64, f64)) -> bool {
        let inside = self.bounds.contains(point, 0.0);
        match &self.kind {
            MarkKind::Fill { shape, rule, .. } => {
                let winding = if inside { shape.winding(Point::new(point.0, point.1)) } else { 0 };
                match rule {
                    FillRule::NonZero => winding != 0,
                    FillRule::EvenOdd => winding % 2 != 0,
                }
            }
            MarkKind::Picture { .. } => inside,
        }
    }
}

/// Collects letters and marks of one page. Coordinates are page points, y downwards.
pub(super) struct TextDevice<'f, 'a> {
    fonts: &'f PageFonts<'a>,
    clips: Vec<Rect>,
    groups: Vec<Group>,
    /// Whether each marked-content sequence that is open is a watermark.
    tags: Vec<bool>,
    calls: usize,
    /// Letters from here on were drawn in text mode 3 or 7; a clip that follows makes them a shape.
    invisible_from: usize,
    /// Whether letters are passed over: those of annotations are read otherwise.
    pub(super) marks_only: bool,
    pub(super) glyphs: Vec<DrawnGlyph>,
    pub(super) marks: Vec<Mark>,
}

/// A transparency group.
struct Group {
    opacity: f32,
    is_masked: bool,
    /// Whether what is in it hides what lies below as if there were no group.
    is_plain: bool,
}

/// The reason of the unwinding that ends a page with too much on it.
pub(super) struct TooMuch;

impl<'f, 'a> TextDevice<'f, 'a> {
    pub(super) fn new(fonts: &'f PageFonts<'a>) -> Self {
        Self {
            fonts,
            clips: Vec::new(),
            groups: Vec::new(),
            tags: Vec::new(),
            calls: 0,
            invisible_from: 0,
            marks_only: false,
            glyphs: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Counts a call. hayro cannot be told to stop, and a form may show itself: above the limit the
    /// page is left by unwinding, which the caller catches.
    fn count(&mut self) {
        self.calls += 1;
        if self.calls > MAX_CALLS || self.glyphs.len() > MAX_GLYPHS {
            std::panic::resume_unwind(Box::new(TooMuch));
        }
    }

    /// Whether the page can be drawn in a time that a reader of it would wait.
    pub(super) fn is_simple(&self) -> bool {
        self.calls < MAX_SIMPLE_CALLS
    }

    fn opacity(&self) -> f32 {
        self.groups.iter().map(|group| group.opacity).product()
    }

    fn clipped(&self, bounds: Rect) -> Rect {
        self.clips.last().map_or(bounds, |clip| clip.intersection(bounds))
    }

    fn push_mark(&mut self, bounds: Rect, kind: MarkKind) {
        let bounds = self.clipped(bounds);
        if bounds.area() >= MIN_MARK_AREA && self.marks.len() < MAX_MARKS {
            self.marks.push(Mark { order: self.calls, bounds, kind });
        }
    }

    /// Text mode 7 makes a clip of the letters, through which a picture or a fill is then seen.
    fn show_letters_of_clip(&mut self, clip: &ClipPath, bounds: Rect) {
        /// A letter has more segments than a frame around letters.
        const MIN_SEGMENTS: usize = 8;
        let letters = self.glyphs.len() - self.invisible_from.min(self.glyphs.len());
        if letters > 0 && clip.path.elements().len() >= MIN_SEGMENTS * letters {
            for drawn in self.glyphs.iter_mut().skip(self.invisible_from) {
                if drawn.is_invisible && bounds.contains(drawn.glyph.inner_point(0.5), 1.0) {
                    drawn.is_invisible = false;
                    drawn.colour = None;
                }
            }
        }
        self.invisible_from = self.glyphs.len();
    }

    /// The colour that a paint has in the groups around it.
    fn colour(&self, paint: &Paint<'_>) -> Option<[f32; 4]> {
        let Paint::Color(colour) = paint else { return None };
        let [red, green, blue, alpha] = colour.to_rgba().components();
        Some([red, green, blue, alpha * self.opacity()])
    }
}

impl<'a> Device<'a> for TextDevice<'_, 'a> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.count();
        let (path, rule) = match draw_mode {
            DrawMode::Fill(rule) | DrawMode::FillAndStroke(rule, _) => (path.clone(), *rule),
            DrawMode::Stroke(line) => match bar(path, line, props.transform) {
                Some(bar) => (bar, FillRule::NonZero),
                None => return,
            },
            DrawMode::Invisible => return,
        };
        let shape = props.transform * path;
        let bounds = Rect::from(shape.bounding_box());
        let colour = self.colour(&props.paint);
        let alpha = colour.map_or(1.0, |[.., alpha]| alpha);
        let is_plain = props.soft_mask.is_none()
            && props.blend_mode == BlendMode::Normal
            && self.groups.iter().all(|group| group.is_plain);
        if alpha <= 0.0 {
            return;
        }
        let is_opaque = is_plain && alpha >= 0.9 && colour.is_some();
        let colour = colour.map(|[red, green, blue, _]| [red, green, blue]);
        self.push_mark(bounds, MarkKind::Fill { shape, rule, colour, is_opaque });
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.count();
        let bounds = Rect::from(clip_path.path.bounding_box());
        self.show_letters_of_clip(clip_path, bounds);
        let clip = self.clipped(bounds);
        self.clips.push(clip);
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend_mode: BlendMode,
    ) {
        self.count();
        let is_masked = mask.is_some();
        let is_plain = !is_masked && blend_mode == BlendMode::Normal && opacity >= 0.9;
        self.groups.push(Group { opacity, is_masked, is_plain });
    }

    fn draw_glyph_run(
        &mut self,
        run: &GlyphRun<'_, 'a>,
        props: DrawProps<'a>,
        draw_mode: &DrawMode,
    ) {
        self.count();
        let Some(first) = run.glyphs().first().filter(|_| !self.marks_only) else { return };
        let font = self.fonts.of(first);
        let is_vertical = run.writing_mode() == WritingMode::Vertical;
        let is_invisible = matches!(draw_mode, DrawMode::Invisible)
            || font.has_no_ink(run)
            || is_flat(props.transform * first.transform());
        let colour = self.colour(&props.paint);
        let clip = self.clips.last().copied();
        let is_masked =
            props.soft_mask.is_some() || self.groups.iter().any(|group| group.is_masked);
        let is_watermark = self.tags.contains(&true);
        for positioned in run.glyphs() {
            let transform = props.transform * positioned.transform();
            let Some(placed) = place(positioned, transform, &font, is_vertical) else { continue };
            let text = match font.text(positioned) {
                Some(text) => text,
                // A glyph without ink, such as a space.
                None if font.is_blank(positioned) => NOTHING.to_owned(),
                None => UNREADABLE.to_owned(),
            };
            let (start, end, size) = placed;
            let glyph = Glyph { text, start, end, size, bold: font.bold, clip };
            let order = self.calls;
            self.glyphs.push(DrawnGlyph {
                glyph,
                order,
                colour,
                is_invisible,
                is_masked,
                is_watermark,
            });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.count();
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
        let corners = corners.map(|(x, y)| {
            let at = props.transform * Point::new(x, y);
            (at.x, at.y)
        });
        let is_solid = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dictionary = raster.stream().dict();
                ["SMask", "SMaskInData", "Mask"].iter().all(|key| !dictionary.contains_key(key))
            }
        };
        let is_plain = props.soft_mask.is_none() && self.groups.iter().all(|group| group.is_plain);
        let is_opaque = is_solid && is_plain && props.blend_mode == BlendMode::Normal;
        self.push_mark(Rect::bounding(&corners), MarkKind::Picture { is_opaque });
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        // ISO 32000-1, 14.8.2.2.2, and the tag that Word and Acrobat write.
        let is_watermark = tag == b"Watermark"
            || properties.is_some_and(|properties| {
                let subtype = properties.get::<Name<'_>>(b"Subtype");
                subtype.is_some_and(|name| name.as_ref() == b"Watermark")
            });
        self.tags.push(is_watermark);
    }

    fn end_marked_content(&mut self) {
        self.tags.pop();
    }
}

/// The shape of a line that is as wide as a line of text, such as a bar below a heading; thinner ones
/// cover no letter.
fn bar(path: &BezPath, line: &StrokeProps, transform: Affine) -> Option<BezPath> {
    const MIN_WIDTH_PT: f64 = 4.0;
    const TOLERANCE: f64 = 0.1;
    /// A drawing of more segments is no bar.
    const MAX_SEGMENTS: usize = 16;
    let width = f64::from(line.line_width);
    let scale = transform.determinant().abs().sqrt();
    if width * scale < MIN_WIDTH_PT || path.elements().len() > MAX_SEGMENTS {
        return None;
    }
    let style = Stroke::new(width).with_caps(line.line_cap);
    Some(stroke(path.elements().iter().copied(), &style, &StrokeOpts::default(), TOLERANCE))
}

/// Whether letters are so narrow that they are lines at most.
fn is_flat(transform: Affine) -> bool {
    const NARROWEST: f64 = 0.08;
    let [a, b, c, d, ..] = transform.as_coeffs();
    a.hypot(b) < NARROWEST * c.hypot(d)
}

type Placed = ((f64, f64), (f64, f64), f64);

/// Start and end of the advance, and the em's height, in page points.
fn place(
    glyph: &FontGlyph<'_>,
    transform: Affine,
    font: &RunFont<'_>,
    is_vertical: bool,
) -> Option<Placed> {
    let [a, b, c, d, ..] = transform.as_coeffs();
    let (along, up) = (Vec2::new(a, b), Vec2::new(c, d));
    let size = up.hypot() * UNITS_PER_EM;
    let advance = match glyph {
        FontGlyph::Outline(outline) => outline.advance_width().unwrap_or(0.0),
        FontGlyph::Type3(type3) => type3.advance_width().unwrap_or(0.0),
    };
    let (start, step) = if is_vertical {
        // The baseline of a column of Hangul stands where it stands below a line turned upright.
        let origin = transform * Point::new(UNITS_PER_EM * 0.12, VERTICAL_ORIGIN);
        (origin, -up * VERTICAL_ADVANCE)
    } else {
        // A substitute is stretched to the width in the file; the advance is that width unstretched.
        let unit = if font.is_substitute && along.hypot() > 0.0 {
            along * (up.hypot() / along.hypot())
        } else {
            along
        };
        (transform * Point::ZERO, unit * f64::from(advance))
    };
    let end = start + step;
    let size = type3_size(glyph, size, step.hypot());
    let is_finite = [start.x, start.y, end.x, end.y, size]
        .iter()
        .all(|value| value.is_finite() && value.abs() < 1.0e6);
    (is_finite && size > 0.0).then_some(((start.x, start.y), (end.x, end.y), size))
}

/// A Type 3 font may count its glyphs in pixels and be shown at 1 point: its em is then not the
/// font size. The advance tells, as no letter is wider than 1.5 em.
fn type3_size(glyph: &FontGlyph<'_>, size: f64, advance: f64) -> f64 {
    const WIDEST: f64 = 1.5;
    const MEAN_WIDTH: f64 = 0.55;
    match glyph {
        FontGlyph::Type3(_) if advance > WIDEST * size => advance / MEAN_WIDTH,
        _ => size,
    }
}
