//! Two inspections side by side, with a shared camera.

use egui::{Align, Button, Grid, Label, Layout, Rect, RichText, Ui, vec2};

use super::details::Details;
use crate::clock::local_time;
use crate::clock::recorded_time;
use crate::tab_context::TabContext;
use crate::widgets::image_view::heatmap_controls::overlay_combo;
use crate::widgets::image_view::{
    self, Camera, Heatmap, Layer, Layers, Picture, Screen, same_aspect,
};
use crate::widgets::inspection::scores::{limits_text, score_text, unsure_texts};
use crate::widgets::inspection::verdict_banner;
use crate::widgets::screenshot::{Screenshot, ScreenshotTarget};
use fettle_domain::{HeatmapScale, InspectionId};
use fettle_engine::{Judged, OpenedInspection};

/// The comparison of two inspections.
pub(super) struct InspectionComparison {
    sides: [Side; 2],
    camera: Camera,
    /// The camera of the right picture, where the aspect ratios differ.
    right_camera: Camera,
    /// Where the last frame drew the left picture.
    screen: Option<Screen>,
    screenshot: Screenshot,
    /// Where the last frame drew both sides.
    drawn_rect: Rect,
}

/// One side of the comparison.
struct Side {
    details: Details,
    picture: Option<Picture>,
    /// Scale and pixel threshold of the anomaly map.
    heatmap: Option<(HeatmapScale, f32)>,
}

impl Side {
    fn open(cx: &mut TabContext<'_>, id: InspectionId) -> Self {
        Self { details: Details::open(cx, id), picture: None, heatmap: None }
    }

    fn poll(&mut self, cx: &mut TabContext<'_>) {
        let was_open = self.details.opened().is_some();
        self.details.poll(cx);
        if was_open {
            return;
        }
        let Some(opened) = self.details.opened() else { return };
        self.picture = opened.picture.clone().map(|pixels| {
            let picture = Picture::new(pixels);
            match &opened.map {
                Some(map) => picture.with_map(map.clone()),
                None => picture,
            }
        });
        let anomaly = opened.inspection.anomaly.done().filter(|_| opened.map.is_some());
        self.heatmap = anomaly.map(|anomaly| {
            (anomaly.scale, anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel))
        });
    }

    /// Shows details and picture in the space left. The picture is scaled to `size`, that of the
    /// left picture where both share a camera. Returns where the picture was drawn.
    fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        size: Option<egui::Vec2>,
        camera: &mut Camera,
    ) -> Option<Screen> {
        if let Some(error) = self.details.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            return None;
        }
        let Some(opened) = self.details.opened() else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("history-opening"));
            });
            return None;
        };
        let name = RichText::new(&opened.inspection.source).strong();
        ui.add(Label::new(name).truncate());
        verdict_banner::show(ui, cx, opened.inspection.verdict);
        facts(ui, cx, opened);
        // The line of a notice is reserved on both sides, so that the pictures have the same
        // height.
        let line = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let room = (ui.available_size() - vec2(0.0, line)).max(egui::Vec2::splat(1.0));
        let notice = opened.notice.clone();
        let Some(picture) = &mut self.picture else {
            let notice = notice.unwrap_or_default();
            ui.allocate_ui(room, |ui| ui.centered_and_justified(|ui| ui.weak(notice)));
            return None;
        };
        let style = cx.view.heatmap_style;
        let heatmap = self.heatmap.map(|(scale, threshold)| Heatmap { style, scale, threshold });
        let size = size.unwrap_or(picture.size());
        let layers = vec![Layer { heatmap, ..Layer::plain(picture) }];
        let label = opened.inspection.source.clone();
        let anomaly = opened.inspection.anomaly.done();
        let regions = anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default();
        let layers = Layers { size, layers, regions, label };
        let view = image_view::show(ui, cx.localizer, room, layers, camera);
        if let Some(notice) = notice {
            ui.add(Label::new(RichText::new(format!("⚠ {notice}")).small()).truncate());
        }
        Some(view.screen)
    }
}

impl InspectionComparison {
    /// Opens both inspections, the first on the left.
    pub(super) fn open(cx: &mut TabContext<'_>, ids: [InspectionId; 2]) -> Self {
        Self {
            sides: ids.map(|id| Side::open(cx, id)),
            camera: Camera::default(),
            right_camera: Camera::default(),
            screen: None,
            screenshot: Screenshot::default(),
            drawn_rect: Rect::NOTHING,
        }
    }

    /// Takes a screenshot of both sides.
    pub(super) fn take_screenshot(&mut self, ctx: &egui::Context, target: ScreenshotTarget) {
        self.screenshot.request(ctx, target, self.drawn_rect);
    }

    /// Takes the opened inspections.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        for side in &mut self.sides {
            side.poll(cx);
        }
    }

    /// Takes a new judgement, if it is about one of the inspections.
    pub(super) fn set_judgement(&mut self, judged: &Judged) {
        for side in &mut self.sides {
            side.details.set_judgement(judged);
        }
    }

    /// Shows both sides. Returns `false` once the comparison is to be closed.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) -> bool {
        let Self { sides: [left, right], camera, right_camera, screen, screenshot, drawn_rect } =
            self;
        let sizes = [&left.picture, &right.picture].map(|p| p.as_ref().map(Picture::size));
        // Pictures of the same aspect ratio share a camera.
        let shared = match sizes {
            [Some(left), Some(right)] => same_aspect(left, right).then_some(left),
            _ => None,
        };
        let are_separate = shared.is_none() && sizes.iter().all(Option::is_some);
        let mut stays_open = true;
        ui.horizontal(|ui| {
            ui.heading(cx.text("history-compared"));
            ui.separator();
            if ui.selectable_label(camera.fits(), cx.text("picture-fit")).clicked() {
                camera.fit();
                right_camera.fit();
            }
            if ui.button(cx.text("picture-real-size")).clicked()
                && let Some(screen) = screen
            {
                camera.real_size(screen, screen.rect.center());
            }
            if left.heatmap.is_some() || right.heatmap.is_some() {
                ui.separator();
                overlay_combo(ui, cx.localizer, &mut cx.view.heatmap_style);
            }
            if are_separate {
                ui.weak(cx.text("history-other-shape"));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.add(Button::new(format!("✖ {}", cx.text("dialog-close"))));
                stays_open = !close.on_hover_text("Esc").clicked();
            });
        });
        ui.separator();
        *drawn_rect = ui.available_rect_before_wrap();
        screenshot.poll(ui.ctx(), cx);
        ui.columns(2, |columns| {
            if let [on_left, on_right] = columns {
                *screen = left.show(on_left, cx, None, camera).or(*screen);
                let camera = if shared.is_some() { camera } else { right_camera };
                right.show(on_right, cx, shared, camera);
            }
        });
        stays_open
    }
}

/// Score, time, product, defect and judgement: the same number of lines for every inspection.
fn facts(ui: &mut Ui, cx: &TabContext<'_>, opened: &OpenedInspection) {
    let inspection = &opened.inspection;
    let dash = || "–".to_owned();
    let product = inspection.product.as_ref();
    let score = inspection.anomaly.done().map(|anomaly| {
        let mut texts = vec![score_text(cx, anomaly), limits_text(cx, &anomaly.thresholds)];
        texts.extend(unsure_texts(cx, inspection));
        texts.join(" · ")
    });
    let opinion = opened.judgement.as_ref().map(|judgement| &judgement.opinion);
    let suggestion = inspection.similarity.done().and_then(|found| found.suggestion.as_ref());
    let defect = opinion
        .and_then(|opinion| opinion.defect.as_ref())
        .or(inspection.manual.done().map(|manual| &manual.defect))
        .or(suggestion.and_then(|suggestion| suggestion.defect.as_ref()));
    let judged = opened.judgement.as_ref().map(|judgement| {
        let by = [("by", judgement.by.clone().into()), ("time", local_time(&judgement.at).into())];
        let verdict = cx.text(judgement.opinion.verdict.message_id());
        format!("{verdict} · {}", cx.localizer.with("judge-by", &by))
    });
    let lines = [
        ("label-score", score),
        ("label-time", Some(recorded_time(&inspection.created_at))),
        ("label-product", product.map(|product| cx.product_name(product))),
        ("judge-defect", defect.map(|defect| cx.defect_name(product, defect))),
        ("history-judged", judged),
    ];
    let grid = Grid::new(("history_facts", inspection.id.map(|id| id.0)));
    grid.num_columns(2).spacing([16.0, 3.0]).min_row_height(20.0).show(ui, |ui| {
        for (label, value) in lines {
            ui.weak(cx.text(label));
            ui.add(Label::new(value.unwrap_or_else(dash)).truncate());
            ui.end_row();
        }
    });
}
