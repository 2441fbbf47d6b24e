//! The pages of a manual under each other, with lines marked on them.

use std::ops::Range;

use egui::{
    Align, Align2, Color32, Key, Label, Pos2, Rect, Role, ScrollArea, Sense, Spinner, Stroke,
    StrokeKind, Vec2, WidgetInfo, pos2, vec2,
};

use super::pictures::{Pictures, Shown};
use crate::desk::Desk;
use crate::widgets::image_view::{Gpu, paint};
use fettle_domain::{LineSpan, RectPt, RegisteredManual, SizePt};
use fettle_i18n::Value;

/// Between pages and around them, in points of the screen.
const GAP: f32 = 12.0;
/// Points of the screen for one of the page, at least and at most.
const ZOOM: Range<f32> = 0.25..4.0;
const ZOOM_STEP: f32 = 1.25;
/// How far a mark reaches around its line, in points of the page.
const AROUND: Vec2 = vec2(3.0, 1.5);
/// Paper is white in both themes, and so are its marks: letters below stay 4.5 to 1.
const STRONG: (Color32, Color32) =
    (Color32::from_rgba_premultiplied(80, 60, 0, 80), Color32::from_rgb(190, 95, 0));
const FAINT: (Color32, Color32) =
    (Color32::from_rgba_premultiplied(12, 34, 48, 48), Color32::from_rgb(110, 165, 205));

/// Lines to be marked.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// What is looked at.
    pub(super) strong: Vec<LineSpan>,
    /// What belongs to it.
    pub(super) faint: Vec<LineSpan>,
}

/// What is to be brought into view.
enum Goal {
    Page(u32),
    Lines(Vec<LineSpan>),
}

/// The pages of one manual.
pub(super) struct Pages {
    manual: RegisteredManual,
    sizes: Vec<SizePt>,
    pub(super) pictures: Pictures,
    /// Points of the screen for one of the page; `None`: the widest page fills the view.
    zoom: Option<f32>,
    goal: Option<Goal>,
    /// The page that is read, from 1.
    at: u32,
    /// How the pages lay in the frame before.
    before: Option<Lay>,
    /// Where to scroll at once.
    offset: Option<Vec2>,
}

/// Where the pages lie, in points from the upper left corner of what is scrolled.
#[derive(Debug, Clone, PartialEq)]
struct Lay {
    scale: f32,
    pages: Vec<Rect>,
    size: Vec2,
}

impl Lay {
    fn new(sizes: &[SizePt], zoom: Option<f32>, width: f32) -> Self {
        let widest = sizes.iter().map(|size| size.width).fold(1.0, f32::max);
        let fit = (width - 2.0 * GAP).max(1.0) / widest;
        let scale = zoom.unwrap_or(fit).clamp(ZOOM.start, ZOOM.end);
        let width = width.max(widest * scale + 2.0 * GAP);
        let mut top = GAP;
        let page = |size: &SizePt| {
            let size = vec2(size.width, size.height) * scale;
            let page = Rect::from_min_size(pos2((width - size.x) / 2.0, top), size);
            top = page.bottom() + GAP;
            page
        };
        let pages = sizes.iter().map(page).collect();
        Self { scale, pages, size: vec2(width, top) }
    }

    /// The page that lies at this height, or the last above it; from 0.
    fn page_at(&self, y: f32) -> usize {
        self.pages.partition_point(|page| page.top() <= y).saturating_sub(1)
    }

    fn line(&self, span: &LineSpan) -> Option<Rect> {
        let page = self.pages.get(usize::try_from(span.page).ok()?.checked_sub(1)?)?;
        let RectPt { x, y, width, height } = span.rect;
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, height)).expand2(AROUND);
        Some((rect * self.scale).translate(page.min.to_vec2()))
    }

    /// Where what lies at `from` in another layout lies in this one.
    fn same_place(&self, other: &Self, from: Pos2) -> Pos2 {
        let index = other.page_at(from.y);
        let (Some(there), Some(here)) = (other.pages.get(index), self.pages.get(index)) else {
            return from;
        };
        here.min + (from - there.min) * self.scale / other.scale
    }
}

impl Pages {
    pub(super) fn new(manual: RegisteredManual, sizes: Vec<SizePt>) -> Self {
        Self {
            manual,
            sizes,
            pictures: Pictures::default(),
            zoom: None,
            goal: None,
            at: 1,
            before: None,
            offset: None,
        }
    }

    /// Whether these are they.
    pub(super) fn are(&self, manual: &RegisteredManual, sizes: &[SizePt]) -> bool {
        self.manual == *manual && self.sizes == sizes
    }

    /// Brings these lines into view.
    pub(super) fn go_to_lines(&mut self, lines: &[LineSpan]) {
        self.goal = Some(Goal::Lines(lines.to_vec()));
    }

    /// Brings the top of this page (from 1) into view.
    pub(super) fn go_to_page(&mut self, page: u32) {
        let last = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
        self.at = page.clamp(1, last.max(1));
        self.goal = Some(Goal::Page(self.at));
    }

    /// Pages by their keys, where nobody types.
    pub(super) fn keys(&mut self, ui: &egui::Ui) {
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::PageDown) {
            self.go_to_page(self.at + 1);
        } else if pressed(Key::PageUp) {
            self.go_to_page(self.at.saturating_sub(1));
        }
    }

    /// Draws which page is read and how large, with buttons that change it.
    pub(super) fn tools(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        ui.horizontal_wrapped(|ui| {
            let (at, last) = (self.at, self.sizes.len() as u32);
            let mut button = |text: &str, name: &str, can: bool| {
                let button = ui.add_enabled(can, egui::Button::new(text));
                let name = desk.text(name);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, can, &name));
                button.on_hover_text(name).clicked()
            };
            let back = button("◀", "manual-page-back", at > 1);
            let onward = button("▶", "manual-page-on", at < last);
            let smaller = button("−", "manual-smaller", true);
            let larger = button("+", "manual-larger", true);
            if back || onward {
                self.go_to_page(if back { at - 1 } else { at + 1 });
            }
            let scale = self.before.as_ref().map_or(1.0, |lay| lay.scale);
            if smaller || larger {
                let factor = if larger { ZOOM_STEP } else { 1.0 / ZOOM_STEP };
                self.zoom = Some((scale * factor).clamp(ZOOM.start, ZOOM.end));
            }
            let fits = self.zoom.is_none();
            if ui.selectable_label(fits, desk.text("manual-fit-width")).clicked() {
                self.zoom = None;
            }
            let percent = Value::Number { value: f64::from(scale * 100.0), digits: 0 };
            let zoom = desk.words.with("picture-zoom", &[("percent", percent)]);
            ui.add(Label::new(zoom).extend());
            let values = [("page", Value::from(at)), ("pages", last.into())];
            ui.add(Label::new(desk.words.with("manual-page-of", &values)).extend());
        });
    }

    /// Draws the pages; where on which page (from 1) somebody clicked, in points of the page.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        marks: &Marks,
    ) -> Option<(u32, Pos2)> {
        self.pictures.take(ui.ctx());
        if Gpu::of(ui.ctx()).is_none() {
            ui.colored_label(ui.visuals().error_fg_color, desk.text("picture-no-graphics"));
            return None;
        }
        // A shadow at the edge would lie on the paper.
        ui.spacing_mut().scroll.fade.strength = 0.0;
        let view = ui.available_rect_before_wrap();
        ui.painter().rect_filled(view, 0.0, ui.visuals().faint_bg_color);
        let pinched = self.pinched(ui, view);
        let lay = Lay::new(&self.sizes, self.zoom, view.width());
        if let Some(before) = self.before.as_ref().filter(|before| before.scale != lay.scale) {
            // What was under the cursor, or in the middle, stays there.
            let held = pinched.unwrap_or(view.center()) - view.min;
            let offset = self.offset.take().unwrap_or_default();
            let place = lay.same_place(before, (offset + held).to_pos2());
            self.offset = Some((place - held).to_vec2().max(Vec2::ZERO));
        } else {
            self.offset = None;
        }
        let mut area = ScrollArea::both().id_salt("manual_pages").auto_shrink(false);
        if let Some(offset) = self.offset {
            area = area.scroll_offset(offset);
        }
        let mut clicked = None;
        let shown = area.show_viewport(ui, |ui, viewport| {
            let origin = ui.allocate_exact_size(lay.size, Sense::hover()).0.min;
            self.bring(ui, &lay, origin);
            let first = lay.page_at(viewport.top());
            let last = lay.page_at(viewport.bottom());
            self.at = lay.page_at(viewport.top() + viewport.height() / 3.0) as u32 + 1;
            for index in first..=last {
                let hit = self.page(ui, desk, &lay, origin, index);
                clicked = clicked.or(hit);
            }
            marked(ui, &lay, origin, &marks.faint, FAINT);
            marked(ui, &lay, origin, &marks.strong, STRONG);
            first..last + 1
        });
        self.offset = Some(shown.state.clamped_offset());
        let in_view = shown.inner;
        if self.before.as_ref() == Some(&lay) {
            let pixels = ui.ctx().pixels_per_point();
            let beside = [in_view.end, in_view.start.wrapping_sub(1)];
            let wanted = in_view.chain(beside).filter_map(|index| {
                let (size, rect) = (self.sizes.get(index)?, lay.pages.get(index)?);
                Some((index as u32 + 1, *size, (rect.width() * pixels).round() as u32))
            });
            self.pictures.ask(desk, &self.manual, wanted);
        } else {
            // Not while the view changes its size.
            ui.ctx().request_repaint();
            self.before = Some(lay);
        }
        clicked
    }

    /// Zooms by Ctrl and wheel or by two fingers; where.
    fn pinched(&mut self, ui: &egui::Ui, view: Rect) -> Option<Pos2> {
        let at = ui.input(|input| input.pointer.hover_pos()).filter(|at| view.contains(*at))?;
        let factor = ui.input(egui::InputState::zoom_delta);
        let scale = self.before.as_ref()?.scale;
        if factor == 1.0 || ui.ctx().layer_id_at(at) != Some(ui.layer_id()) {
            return None;
        }
        self.zoom = Some((scale * factor).clamp(ZOOM.start, ZOOM.end));
        Some(at)
    }

    /// Scrolls to the goal.
    fn bring(&mut self, ui: &egui::Ui, lay: &Lay, origin: Pos2) {
        match self.goal.take() {
            None => {}
            Some(Goal::Page(page)) => {
                if let Some(rect) = lay.pages.get(page as usize - 1) {
                    let rect = rect.expand(GAP).translate(origin.to_vec2());
                    ui.scroll_to_rect(rect, Some(Align::TOP));
                }
            }
            Some(Goal::Lines(lines)) => {
                let page = lines.first().map(|line| line.page);
                let on_page = lines.iter().filter(|line| Some(line.page) == page);
                let around = on_page.filter_map(|line| lay.line(line)).reduce(Rect::union);
                if let Some(around) = around {
                    let rect = around.translate(origin.to_vec2());
                    ui.scroll_to_rect(rect, Some(Align::Center));
                }
            }
        }
    }

    /// Draws the page `index` (from 0); where it was clicked.
    fn page(
        &mut self,
        ui: &egui::Ui,
        desk: &Desk<'_>,
        lay: &Lay,
        origin: Pos2,
        index: usize,
    ) -> Option<(u32, Pos2)> {
        let number = index as u32 + 1;
        let exact = lay.pages.get(index)?.translate(origin.to_vec2());
        // On whole pixels, so that a pixel of the picture is one of the screen.
        let pixels = ui.ctx().pixels_per_point();
        let whole = |value: f32| (value * pixels).round() / pixels;
        let corner = pos2(whole(exact.left()), whole(exact.top()));
        let rect = Rect::from_min_size(corner, vec2(whole(exact.width()), whole(exact.height())));
        let response = ui.interact(rect, ui.scope_id().with(number), Sense::click());
        let name = desk.words.with("manual-page", &[("page", number.into())]);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        ui.painter().rect_filled(rect, 0.0, Color32::WHITE);
        match self.pictures.get(number) {
            Shown::Picture(picture) => paint(ui, picture, rect),
            Shown::Nothing => {
                Spinner::new()
                    .paint_at(ui, Rect::from_center_size(rect.center(), vec2(40.0, 40.0)));
            }
            Shown::Error(error) => {
                let text = error.explain(desk.words.0);
                let font = egui::TextStyle::Body.resolve(ui.style());
                let wrap = rect.width() - 4.0 * GAP;
                let galley = ui.painter().layout(text, font, Color32::BLACK, wrap.max(1.0));
                let at = Align2::CENTER_TOP.align_size_within_rect(galley.size(), rect.shrink(GAP));
                ui.painter().galley(at.min, galley, Color32::BLACK);
            }
        }
        let edge = Stroke::new(1.0, ui.visuals().weak_text_color());
        ui.painter().rect_stroke(rect, 0.0, edge, StrokeKind::Outside);
        let at = response.interact_pointer_pos().filter(|_| response.clicked())?;
        Some((number, ((at - exact.min) / lay.scale).to_pos2()))
    }
}

fn marked(
    ui: &egui::Ui,
    lay: &Lay,
    origin: Pos2,
    lines: &[LineSpan],
    (fill, edge): (Color32, Color32),
) {
    for rect in lines.iter().filter_map(|line| lay.line(line)) {
        let rect = rect.translate(origin.to_vec2());
        ui.painter().rect(rect, 2.0, fill, Stroke::new(1.5, edge), StrokeKind::Middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_under_each_other_and_keep_their_place_when_they_grow() {
        let sizes = [SizePt { width: 100.0, height: 200.0 }, SizePt { width: 50.0, height: 80.0 }];
        let fit = Lay::new(&sizes, None, 224.0);
        assert_eq!((fit.scale, fit.size), (2.0, vec2(224.0, 12.0 + 400.0 + 12.0 + 160.0 + 12.0)));
        assert_eq!(fit.pages[1], Rect::from_min_size(pos2(62.0, 424.0), vec2(100.0, 160.0)));
        for (y, page) in [(0.0, 0), (12.0, 0), (423.0, 0), (424.0, 1), (9e9, 1)] {
            assert_eq!(fit.page_at(y), page, "{y}");
        }
        let large = Lay::new(&sizes, Some(4.0), 224.0);
        let place = large.same_place(&fit, pos2(72.0, 434.0));
        assert_eq!(place, large.pages[1].min + vec2(20.0, 20.0));
        // Never larger or smaller than it may be.
        assert_eq!(Lay::new(&sizes, Some(99.0), 224.0).scale, ZOOM.end);
        assert_eq!(Lay::new(&sizes, None, 0.0).scale, ZOOM.start);
        assert_eq!(Lay::new(&[], None, 100.0).size, vec2(100.0, GAP));
    }

    #[test]
    fn a_line_lies_on_its_page_and_on_no_page_that_is_not() {
        let lay = Lay::new(&[SizePt { width: 100.0, height: 200.0 }; 2], Some(2.0), 224.0);
        let rect = RectPt { x: 10.0, y: 20.0, width: 30.0, height: 5.0 };
        let line = lay.line(&LineSpan { page: 2, rect }).unwrap();
        let corner = lay.pages[1].min + (vec2(10.0, 20.0) - AROUND) * 2.0;
        assert_eq!(line, Rect::from_min_size(corner, (vec2(30.0, 5.0) + AROUND * 2.0) * 2.0));
        for page in [0, 3, u32::MAX] {
            assert_eq!(lay.line(&LineSpan { page, rect }), None);
        }
    }
}
