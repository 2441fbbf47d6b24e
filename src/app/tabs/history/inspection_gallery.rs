//! The inspections as a gallery: the picture of each part with its verdict, defect and time. Only what is
//! in view is drawn.

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, FontId, FontSelection, Id, Painter, Pos2, Rect, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::inspection_rows::{Drawn, InspectionRows, row};
use crate::clock::recorded_time;
use crate::tab_context::TabContext;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use crate::widgets::verdict_mark;
use fettle_domain::{InspectionId, InspectionRow, Verdict};

/// Smallest and largest side of a picture, in points.
pub(super) const SIDES: std::ops::RangeInclusive<f32> = 96.0..=256.0;
/// Height of the two lines below a picture, in points.
const LINES_HEIGHT: f32 = 40.0;
/// Gap between cells, in points.
const GAP: f32 = 10.0;
/// Side of the verdict's mark, in points.
const MARK: f32 = 26.0;

/// Where the gallery is scrolled to.
#[derive(Default)]
pub(super) struct InspectionGallery {
    /// Pictures in a row, as last drawn.
    columns: usize,
    /// Scroll offset of the last frame, in points.
    scroll_offset: f32,
    /// Visible height of the last frame, in points; 0 before the first.
    view_height: f32,
}

impl InspectionGallery {
    /// How many places an arrow up or down goes.
    pub(super) fn columns(&self) -> usize {
        self.columns.max(1)
    }

    /// Shows the gallery with the selected inspection.
    pub(super) fn show(
        &mut self,
        rows: &mut InspectionRows,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        selected: Option<InspectionId>,
    ) -> Drawn {
        let mut drawn = Drawn::default();
        let total = rows.total.unwrap_or_default();
        let side = cx.view.gallery_side.clamp(*SIDES.start(), *SIDES.end());
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        let across = ui.available_width() - ui.spacing().scroll.allocated_width();
        self.columns = (((across + GAP) / (side + GAP)) as usize).max(1);
        let height = side + LINES_HEIGHT;
        let mut area = ScrollArea::vertical().id_salt("history_gallery").auto_shrink(false);
        // The view's height is known after the first frame.
        if self.view_height > 0.0
            && let Some(place) = rows.scroll_to.take()
        {
            let top = (place / self.columns) as f32 * (height + GAP);
            let bottom = top + height - self.view_height;
            if top < self.scroll_offset {
                area = area.vertical_scroll_offset(top);
            } else if bottom > self.scroll_offset {
                area = area.vertical_scroll_offset(bottom);
            }
        }
        let InspectionRows { pages, thumbnails, marked, .. } = rows;
        let mut missing = Vec::new();
        let columns = self.columns;
        let shown = area.show_rows(ui, height, total.div_ceil(columns), |ui, visible| {
            for line in visible {
                let first = line * columns;
                ui.horizontal(|ui| {
                    for place in first..(first + columns).min(total) {
                        drawn.note(place);
                        let (rect, _) = ui.allocate_exact_size(vec2(side, height), Sense::empty());
                        let Some(row) = row(pages, place) else {
                            let frame = Rect::from_min_size(rect.min, Vec2::splat(side));
                            ui.painter().rect_filled(frame, 4.0, ui.visuals().extreme_bg_color);
                            continue;
                        };
                        let is_selected = selected == Some(row.id) || marked.contains(&row.id);
                        let cell = Cell { row, rect, is_selected };
                        if !cell.paint(ui, cx, thumbnails) {
                            missing.extend(row.image_path.as_deref());
                        }
                        let response = cell.interact(ui, cx);
                        if response.clicked() {
                            drawn.clicked = Some(row.id);
                            drawn.is_double = response.double_clicked();
                        }
                        response.on_hover_text(&row.source);
                    }
                });
            }
        });
        (self.scroll_offset, self.view_height) =
            (shown.state.clamped_offset().y, shown.inner_rect.height());
        thumbnails.request(cx, missing.into_iter());
        drawn
    }
}

/// One inspection in the gallery.
struct Cell<'a> {
    row: &'a InspectionRow,
    rect: Rect,
    is_selected: bool,
}

impl Cell<'_> {
    /// The square of the picture.
    fn frame(&self) -> Rect {
        Rect::from_min_size(self.rect.min, Vec2::splat(self.rect.width()))
    }

    /// What the part shows: the defect of a part that is not good, else the product.
    fn subject(&self, cx: &TabContext<'_>) -> String {
        let product = self.row.product.as_ref();
        let is_good = self.row.judged.unwrap_or(self.row.verdict) == Verdict::Ok;
        match self.row.defect.as_ref().filter(|_| !is_good) {
            Some(defect) => cx.defect_name(product, defect),
            None => product.map_or_else(|| "–".to_owned(), |product| cx.product_name(product)),
        }
    }

    /// Takes clicks, and names the inspection to who does not see it.
    fn interact(&self, ui: &Ui, cx: &TabContext<'_>) -> egui::Response {
        let id = Id::unique(("history_gallery", self.row.id.0));
        let response = ui.interact(self.rect, id, Sense::click());
        response.widget_info(|| {
            let mut words = vec![self.row.file_name().to_owned()];
            words.push(cx.text(self.row.verdict.message_id()));
            if let Some(judged) = self.row.judged {
                words.push(format!(
                    "{} {}",
                    cx.text("opinion-person"),
                    cx.text(judged.message_id())
                ));
            }
            words.extend([self.subject(cx), recorded_time(&self.row.created_at)]);
            let name = words.join(", ");
            WidgetInfo::selected(Role::ListBoxOption, true, self.is_selected, name)
        });
        if response.hovered() || response.has_focus() {
            let visuals = ui.style().interact(&response);
            let edge = Stroke::new(2.0, visuals.fg_stroke.color);
            ui.painter().rect_stroke(self.frame(), 4.0, edge, StrokeKind::Outside);
        }
        response
    }

    /// Draws picture, marks and lines. Returns `false` where the thumbnail is missing.
    fn paint(&self, ui: &Ui, cx: &TabContext<'_>, thumbnails: &mut ThumbnailCache) -> bool {
        let frame = self.frame();
        let visuals = ui.visuals();
        let painter = ui.painter_at(self.rect.expand(3.0));
        let is_loaded = match self.row.image_path.as_deref() {
            Some(path) => thumbnails.paint(ui, cx.localizer, path, frame),
            None => {
                painter.rect_filled(frame, 4.0, visuals.extreme_bg_color);
                let font = FontSelection::default().resolve(ui.style());
                line(
                    &painter,
                    frame.left_center() + vec2(8.0, -8.0),
                    frame.width() - 16.0,
                    (cx.text("history-picture-deleted"), font, visuals.weak_text_color()),
                );
                true
            }
        };
        if self.is_selected {
            let edge = Stroke::new(4.0, visuals.selection.bg_fill);
            painter.rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
            let edge = Stroke::new(1.0, visuals.selection.stroke.color);
            painter.rect_stroke(frame.shrink(4.0), 2.0, edge, StrokeKind::Inside);
        }
        // At the left what the machine says, at the right what a person says.
        let mark = Rect::from_min_size(frame.min + vec2(7.0, 7.0), Vec2::splat(MARK));
        verdict_mark::paint(&painter, mark, self.row.verdict);
        if let Some(judged) = self.row.judged {
            let corner = pos2(frame.right() - 7.0 - MARK, frame.top() + 7.0);
            let mark = Rect::from_min_size(corner, Vec2::splat(MARK));
            // A judgement that overrules the verdict stands out.
            if judged != self.row.verdict {
                painter.rect_filled(mark.expand(4.0), 6.0, visuals.panel_fill);
                let edge = Stroke::new(2.0, visuals.strong_text_color());
                painter.rect_stroke(mark.expand(4.0), 6.0, edge, StrokeKind::Inside);
            }
            verdict_mark::paint(&painter, mark, judged);
        }
        let below = pos2(frame.left(), frame.bottom() + 2.0);
        let body = FontSelection::default().resolve(ui.style());
        let small = egui::TextStyle::Small.resolve(ui.style());
        line(&painter, below, frame.width(), (self.subject(cx), body, visuals.strong_text_color()));
        let time = recorded_time(&self.row.created_at);
        let below = below + vec2(0.0, LINES_HEIGHT * 0.5);
        line(&painter, below, frame.width(), (time, small, visuals.text_color()));
        is_loaded
    }
}

/// Writes one line, cut where it is wider than `width`.
fn line(painter: &Painter, at: Pos2, width: f32, (text, font, colour): (String, FontId, Color32)) {
    let mut job = LayoutJob::single_section(text, TextFormat::simple(font, colour));
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let laid_out = painter.layout_job(job);
    painter.galley(at, laid_out, colour);
}
