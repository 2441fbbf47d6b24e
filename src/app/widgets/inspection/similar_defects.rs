//! The known defects that a part resembles most, as thumbnails with the defect marked.

use egui::{RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use crate::tab_context::TabContext;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use fettle_domain::{Hit, Inspection, Similarity, Verdict};
use fettle_i18n::Value;

/// Thumbnails shown at most.
const MOST: usize = 4;
/// Thumbnails in a row.
const IN_ROW: usize = 2;

/// The thumbnails, as far as they are made.
#[derive(Default)]
pub(crate) struct SimilarDefects(ThumbnailCache);

impl SimilarDefects {
    /// Shows the vote of the neighbours and up to four of them; nothing for an OK part, which has no
    /// defect. `beside` is the one that is shown beside the part. Returns the one that was clicked.
    pub(crate) fn show<'a>(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        inspection: &'a Inspection,
        beside: Option<&Hit>,
    ) -> Option<&'a Hit> {
        self.0.begin_frame(ui.ctx(), cx);
        let similarity = inspection.similarity.done()?;
        if inspection.verdict == Verdict::Ok {
            return None;
        }
        ui.add_space(8.0);
        ui.strong(cx.text("label-similar"));
        ui.label(RichText::new(vote(cx, similarity)).strong());
        let gap = ui.spacing().item_spacing.x;
        let width = (ui.available_width() - gap) / IN_ROW as f32;
        let size = vec2(width, width * 0.75);
        let mut clicked = None;
        let mut missing = Vec::new();
        let shown: Vec<&Hit> = similarity.hits.iter().take(MOST).collect();
        for row in shown.chunks(IN_ROW) {
            ui.horizontal(|ui| {
                for hit in row {
                    let is_beside = beside == Some(*hit);
                    if self.thumbnail(ui, cx, (hit, size), is_beside, &mut missing) {
                        clicked = Some(*hit);
                    }
                }
            });
        }
        self.0.request(cx, missing.into_iter());
        clicked
    }

    /// Shows one thumbnail with its name and how near it is; whether it was clicked.
    fn thumbnail<'a>(
        &mut self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        (hit, size): (&'a Hit, Vec2),
        is_beside: bool,
        missing: &mut Vec<&'a str>,
    ) -> bool {
        let defect = cx.defect_name(Some(&hit.product), &hit.defect);
        let name = format!("{defect} {:.3}", hit.score);
        ui.vertical(|ui| {
            ui.set_width(size.x);
            let (frame, response) = ui.allocate_exact_size(size, Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_beside, &name));
            if !self.0.paint(ui, cx.localizer, &hit.path, frame) {
                missing.push(&hit.path);
            }
            if let Some(region) = hit.region {
                self.0.paint_mark(ui, &hit.path, frame, region);
            }
            let visuals = ui.visuals();
            let edge = match (is_beside, response.has_focus(), response.hovered()) {
                (true, ..) => Some(Stroke::new(3.0, visuals.hyperlink_color)),
                (_, true, _) => Some(Stroke::new(2.0, visuals.selection.bg_fill)),
                (.., true) => Some(Stroke::new(1.5, visuals.text_color())),
                _ => None,
            };
            if let Some(edge) = edge {
                ui.painter().rect_stroke(frame, 4.0, edge, StrokeKind::Inside);
            }
            ui.add(egui::Label::new(RichText::new(&name).small()).truncate());
            response.on_hover_text(cx.text("similar-swap")).clicked()
        })
        .inner
    }
}

/// What the neighbours vote, and with which share.
fn vote(cx: &TabContext<'_>, similarity: &Similarity) -> String {
    let Some(suggestion) = &similarity.suggestion else { return cx.text("inspect-unknown") };
    let product = &suggestion.product;
    let defect = suggestion.defect.as_ref();
    let defect = defect.map(|defect| cx.defect_name(Some(product), defect));
    let percent = Value::Number { value: f64::from(suggestion.confidence) * 100.0, digits: 0 };
    let values = [
        ("defect", Value::from(defect.unwrap_or_else(|| "?".to_owned()))),
        ("product", cx.product_name(product).into()),
        ("percent", percent),
    ];
    cx.localizer.with("similar-vote", &values)
}
