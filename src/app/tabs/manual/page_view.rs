//! The pages of a manual in a scroll area, with marked lines.

use egui::{
    Align, Align2, Color32, Key, Label, Pos2, Rect, Role, ScrollArea, Sense, Spinner, Stroke,
    StrokeKind, Vec2, WidgetInfo, pos2, vec2,
};

use super::marks::Marks;
use super::page_cache::{CachedPage, PageCache};
use super::page_layout::{GAP, PageLayout, ZOOM};
use crate::tab_context::TabContext;
use crate::widgets::image_view::{Gpu, paint};
use fettle_domain::{LineSpan, RegisteredManual, SizePt};
use fettle_i18n::Value;

/// Factor of one step of the zoom buttons.
const ZOOM_STEP: f32 = 1.25;
/// Fill and outline of marks. Paper is white in both themes, so the colours are the same in both;
/// the contrast of the text below stays at least 4.5 to 1.
const STRONG_MARK: (Color32, Color32) =
    (Color32::from_rgba_premultiplied(80, 60, 0, 80), Color32::from_rgb(190, 95, 0));
const FAINT_MARK: (Color32, Color32) =
    (Color32::from_rgba_premultiplied(12, 34, 48, 48), Color32::from_rgb(110, 165, 205));

/// What to scroll to.
enum ScrollTarget {
    Page(u32),
    Lines(Vec<LineSpan>),
}

/// The pages of one manual.
pub(super) struct PageView {
    manual: RegisteredManual,
    sizes: Vec<SizePt>,
    cache: PageCache,
    /// Screen points per point of a page; `None`: the widest page fills the view.
    zoom: Option<f32>,
    target: Option<ScrollTarget>,
    /// Number of the current page, from 1.
    current: u32,
    /// The layout of the last frame.
    layout: Option<PageLayout>,
    /// The scroll offset.
    offset: Option<Vec2>,
}

impl PageView {
    pub(super) fn new(manual: RegisteredManual, sizes: Vec<SizePt>) -> Self {
        Self {
            manual,
            sizes,
            cache: PageCache::default(),
            zoom: None,
            target: None,
            current: 1,
            layout: None,
            offset: None,
        }
    }

    /// Whether the view shows this version of the manual with these page sizes.
    pub(super) fn shows(&self, manual: &RegisteredManual, sizes: &[SizePt]) -> bool {
        self.manual == *manual && self.sizes == sizes
    }

    /// Scrolls to these lines.
    pub(super) fn go_to_lines(&mut self, lines: &[LineSpan]) {
        self.target = Some(ScrollTarget::Lines(lines.to_vec()));
    }

    /// Scrolls to the top of a page (from 1).
    pub(super) fn go_to_page(&mut self, page: u32) {
        let last = u32::try_from(self.sizes.len()).unwrap_or(u32::MAX);
        self.current = page.clamp(1, last.max(1));
        self.target = Some(ScrollTarget::Page(self.current));
    }

    /// Handles the keys Page Up and Page Down.
    pub(super) fn handle_keys(&mut self, ui: &egui::Ui) {
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::PageDown) {
            self.go_to_page(self.current + 1);
        } else if pressed(Key::PageUp) {
            self.go_to_page(self.current.saturating_sub(1));
        }
    }

    /// Shows page number and zoom, and the buttons that change both.
    pub(super) fn toolbar(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            let (current, last) = (self.current, self.sizes.len() as u32);
            let mut button = |text: &str, name: &str, is_enabled: bool| {
                let button = ui.add_enabled(is_enabled, egui::Button::new(text));
                let name = cx.text(name);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, &name));
                button.on_hover_text(name).clicked()
            };
            let back = button("◀", "manual-page-back", current > 1);
            let forward = button("▶", "manual-page-on", current < last);
            let smaller = button("−", "manual-smaller", true);
            let larger = button("+", "manual-larger", true);
            if back || forward {
                self.go_to_page(if back { current - 1 } else { current + 1 });
            }
            let scale = self.layout.as_ref().map_or(1.0, |layout| layout.scale);
            if smaller || larger {
                let factor = if larger { ZOOM_STEP } else { 1.0 / ZOOM_STEP };
                self.zoom = Some((scale * factor).clamp(ZOOM.start, ZOOM.end));
            }
            let fits = self.zoom.is_none();
            if ui.selectable_label(fits, cx.text("manual-fit-width")).clicked() {
                self.zoom = None;
            }
            let percent = Value::Number { value: f64::from(scale * 100.0), digits: 0 };
            let zoom = cx.localizer.with("picture-zoom", &[("percent", percent)]);
            ui.add(Label::new(zoom).extend());
            let values = [("page", Value::from(current)), ("pages", last.into())];
            ui.add(Label::new(cx.localizer.with("manual-page-of", &values)).extend());
        });
    }

    /// Shows the pages. Returns the page (from 1) and position, in points of the page, of a click.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        marks: &Marks,
    ) -> Option<(u32, Pos2)> {
        self.cache.begin_frame(ui.ctx());
        if Gpu::of(ui.ctx()).is_none() {
            ui.colored_label(ui.visuals().error_fg_color, cx.text("picture-no-graphics"));
            return None;
        }
        // The fade at the edge of a scroll area would darken the paper.
        ui.spacing_mut().scroll.fade.strength = 0.0;
        let view = ui.available_rect_before_wrap();
        ui.painter().rect_filled(view, 0.0, ui.visuals().faint_bg_color);
        let pinched = self.zoom_by_gesture(ui, view);
        let layout = PageLayout::new(&self.sizes, self.zoom, view.width());
        if let Some(before) = self.layout.as_ref().filter(|before| before.scale != layout.scale) {
            // The point under the cursor, or else in the middle, keeps its position.
            let held = pinched.unwrap_or(view.center()) - view.min;
            let offset = self.offset.take().unwrap_or_default();
            let position = layout.convert(before, (offset + held).to_pos2());
            self.offset = Some((position - held).to_vec2().max(Vec2::ZERO));
        } else {
            self.offset = None;
        }
        let mut area = ScrollArea::both().id_salt("manual_pages").auto_shrink(false);
        if let Some(offset) = self.offset {
            area = area.scroll_offset(offset);
        }
        let mut clicked = None;
        let shown = area.show_viewport(ui, |ui, viewport| {
            let origin = ui.allocate_exact_size(layout.size, Sense::hover()).0.min;
            self.scroll_to_target(ui, &layout, origin);
            let first = layout.page_at(viewport.top());
            let last = layout.page_at(viewport.bottom());
            self.current = layout.page_at(viewport.top() + viewport.height() / 3.0) as u32 + 1;
            for index in first..=last {
                let hit = self.page(ui, cx, &layout, origin, index);
                clicked = clicked.or(hit);
            }
            paint_marks(ui, &layout, origin, &marks.faint, FAINT_MARK);
            paint_marks(ui, &layout, origin, &marks.strong, STRONG_MARK);
            first..last + 1
        });
        self.offset = Some(shown.state.clamped_offset());
        let in_view = shown.inner;
        if self.layout.as_ref() == Some(&layout) {
            let pixels = ui.ctx().pixels_per_point();
            let neighbours = [in_view.end, in_view.start.wrapping_sub(1)];
            let wanted = in_view.chain(neighbours).filter_map(|index| {
                let (size, rect) = (self.sizes.get(index)?, layout.pages.get(index)?);
                Some((index as u32 + 1, *size, (rect.width() * pixels).round() as u32))
            });
            self.cache.request(cx, &self.manual, wanted);
        } else {
            // Pages are not drawn while the layout changes.
            ui.ctx().request_repaint();
            self.layout = Some(layout);
        }
        clicked
    }

    /// Zooms by Ctrl+wheel or pinch. Returns the screen position of the gesture.
    fn zoom_by_gesture(&mut self, ui: &egui::Ui, view: Rect) -> Option<Pos2> {
        let at = ui.input(|input| input.pointer.hover_pos()).filter(|at| view.contains(*at))?;
        let factor = ui.input(egui::InputState::zoom_delta);
        let scale = self.layout.as_ref()?.scale;
        if factor == 1.0 || ui.ctx().layer_id_at(at) != Some(ui.layer_id()) {
            return None;
        }
        self.zoom = Some((scale * factor).clamp(ZOOM.start, ZOOM.end));
        Some(at)
    }

    /// Scrolls to the target, once.
    fn scroll_to_target(&mut self, ui: &egui::Ui, layout: &PageLayout, origin: Pos2) {
        match self.target.take() {
            None => {}
            Some(ScrollTarget::Page(page)) => {
                if let Some(rect) = layout.pages.get(page as usize - 1) {
                    let rect = rect.expand(GAP).translate(origin.to_vec2());
                    ui.scroll_to_rect(rect, Some(Align::TOP));
                }
            }
            Some(ScrollTarget::Lines(lines)) => {
                let page = lines.first().map(|line| line.page);
                let on_page = lines.iter().filter(|line| Some(line.page) == page);
                let around = on_page.filter_map(|line| layout.line(line)).reduce(Rect::union);
                if let Some(around) = around {
                    let rect = around.translate(origin.to_vec2());
                    ui.scroll_to_rect(rect, Some(Align::Center));
                }
            }
        }
    }

    /// Shows the page `index` (from 0). Returns the position of a click.
    fn page(
        &mut self,
        ui: &egui::Ui,
        cx: &TabContext<'_>,
        layout: &PageLayout,
        origin: Pos2,
        index: usize,
    ) -> Option<(u32, Pos2)> {
        let number = index as u32 + 1;
        let exact = layout.pages.get(index)?.translate(origin.to_vec2());
        // On whole screen pixels, so that pixels of the picture and the screen coincide.
        let pixels = ui.ctx().pixels_per_point();
        let whole = |value: f32| (value * pixels).round() / pixels;
        let corner = pos2(whole(exact.left()), whole(exact.top()));
        let rect = Rect::from_min_size(corner, vec2(whole(exact.width()), whole(exact.height())));
        let response = ui.interact(rect, ui.scope_id().with(number), Sense::click());
        let name = cx.localizer.with("manual-page", &[("page", number.into())]);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        ui.painter().rect_filled(rect, 0.0, Color32::WHITE);
        match self.cache.get(number) {
            CachedPage::Picture(picture) => paint(ui, picture, rect),
            CachedPage::Loading => {
                Spinner::new()
                    .paint_at(ui, Rect::from_center_size(rect.center(), vec2(40.0, 40.0)));
            }
            CachedPage::Error(error) => {
                let text = error.explain(cx.localizer.language);
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
        Some((number, ((at - exact.min) / layout.scale).to_pos2()))
    }
}

/// Paints the marks of `lines`.
fn paint_marks(
    ui: &egui::Ui,
    layout: &PageLayout,
    origin: Pos2,
    lines: &[LineSpan],
    (fill, edge): (Color32, Color32),
) {
    for rect in lines.iter().filter_map(|line| layout.line(line)) {
        let rect = rect.translate(origin.to_vec2());
        ui.painter().rect(rect, 2.0, fill, Stroke::new(1.5, edge), StrokeKind::Middle);
    }
}
