//! Two inspections of the past side by side, seen through one camera.

use egui::{Align, Button, Grid, Label, Layout, Rect, RichText, Ui, vec2};

use super::details::Details;
use super::list::time_there;
use crate::clock::local_time;
use crate::desk::Desk;
use crate::tabs::inspect::findings;
use crate::widgets::image_view::{
    self, Camera, Heat, Layer, Layers, Picture, Screen, controls, same_shape,
};
use crate::widgets::view_copy::{Keep, ViewCopy};
use fettle_domain::{HeatmapScale, InspectionId};
use fettle_engine::{Judged, OpenedInspection};

/// The two.
pub(super) struct Compared {
    sides: [Side; 2],
    camera: Camera,
    /// Of the right picture where it has another shape.
    other: Camera,
    /// Where the left picture was drawn last.
    screen: Option<Screen>,
    copy: ViewCopy,
    /// Where both were drawn last, with what is said of them.
    drawn: Rect,
}

/// One of them.
struct Side {
    details: Details,
    picture: Option<Picture>,
    /// The scale of its map, and the limit it was held to.
    heat: Option<(HeatmapScale, f32)>,
}

impl Side {
    fn open(desk: &mut Desk<'_>, id: InspectionId) -> Self {
        Self { details: Details::open(desk, id), picture: None, heat: None }
    }

    fn poll(&mut self, desk: &mut Desk<'_>) {
        let was_open = self.details.opened().is_some();
        self.details.poll(desk);
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
        self.heat = anomaly.map(|anomaly| {
            (anomaly.scale, anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel))
        });
    }

    /// Draws it into the room there is, its picture as large as `size`; where that was.
    fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
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
                ui.label(desk.text("history-opening"));
            });
            return None;
        };
        let name = RichText::new(&opened.inspection.source).strong();
        ui.add(Label::new(name).truncate());
        findings::verdict(ui, desk, opened.inspection.verdict);
        facts(ui, desk, opened);
        // Also where there is none, so that both pictures are as high.
        let line = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let room = (ui.available_size() - vec2(0.0, line)).max(egui::Vec2::splat(1.0));
        let notice = opened.notice.clone();
        let Some(picture) = &mut self.picture else {
            let why = notice.unwrap_or_default();
            ui.allocate_ui(room, |ui| ui.centered_and_justified(|ui| ui.weak(why)));
            return None;
        };
        let look = desk.view.look;
        let heat = self.heat.map(|(scale, threshold)| Heat { look, scale, threshold });
        let size = size.unwrap_or(picture.size());
        let layers = vec![Layer { heat, ..Layer::plain(picture) }];
        let label = opened.inspection.source.clone();
        let anomaly = opened.inspection.anomaly.done();
        let regions = anomaly.map(|anomaly| anomaly.regions.as_slice()).unwrap_or_default();
        let layers = Layers { size, layers, regions, label };
        let view = image_view::show(ui, desk.words, room, layers, camera);
        if let Some(notice) = notice {
            ui.add(Label::new(RichText::new(format!("⚠ {notice}")).small()).truncate());
        }
        Some(view.screen)
    }
}

impl Compared {
    /// Opens both: the first is on the left.
    pub(super) fn open(desk: &mut Desk<'_>, ids: [InspectionId; 2]) -> Self {
        Self {
            sides: ids.map(|id| Side::open(desk, id)),
            camera: Camera::default(),
            other: Camera::default(),
            screen: None,
            copy: ViewCopy::default(),
            drawn: Rect::NOTHING,
        }
    }

    /// Has what is seen of them kept, in a file or to be pasted.
    pub(super) fn keep(&mut self, ctx: &egui::Context, in_file: bool) {
        let keep = if in_file { Keep::File } else { Keep::Clipboard };
        self.copy.take(ctx, keep, self.drawn);
    }

    /// Takes what its jobs answered.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        for side in &mut self.sides {
            side.poll(desk);
        }
    }

    /// Takes what was judged, if it is one of them.
    pub(super) fn judged(&mut self, judged: &Judged) {
        for side in &mut self.sides {
            side.details.judged(judged);
        }
    }

    /// Draws them; `false` once they are to be closed.
    pub(super) fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> bool {
        let Self { sides: [left, right], camera, other, screen, copy, drawn } = self;
        let sizes = [&left.picture, &right.picture].map(|p| p.as_ref().map(Picture::size));
        // Another shape has a camera of its own.
        let shared = match sizes {
            [Some(left), Some(right)] => same_shape(left, right).then_some(left),
            _ => None,
        };
        let apart = shared.is_none() && sizes.iter().all(Option::is_some);
        let mut stays = true;
        ui.horizontal(|ui| {
            ui.heading(desk.text("history-compared"));
            ui.separator();
            if ui.selectable_label(camera.fits(), desk.text("picture-fit")).clicked() {
                camera.fit();
                other.fit();
            }
            if ui.button(desk.text("picture-real-size")).clicked()
                && let Some(screen) = screen
            {
                camera.real_size(screen, screen.rect.center());
            }
            if left.heat.is_some() || right.heat.is_some() {
                ui.separator();
                controls::layer(ui, desk.words, &mut desk.view.look);
            }
            if apart {
                ui.weak(desk.text("history-other-shape"));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.add(Button::new(format!("✖ {}", desk.text("dialog-close"))));
                stays = !close.on_hover_text("Esc").clicked();
            });
        });
        ui.separator();
        *drawn = ui.available_rect_before_wrap();
        copy.poll(ui.ctx(), desk);
        ui.columns(2, |columns| {
            if let [on_left, on_right] = columns {
                *screen = left.show(on_left, desk, None, camera).or(*screen);
                let camera = if shared.is_some() { camera } else { other };
                right.show(on_right, desk, shared, camera);
            }
        });
        stays
    }
}

/// What was found, and what a person said of it: as many lines for any inspection.
fn facts(ui: &mut Ui, desk: &Desk<'_>, opened: &OpenedInspection) {
    let inspection = &opened.inspection;
    let dash = || "–".to_owned();
    let product = inspection.product.as_ref();
    let score = inspection.anomaly.done().map(|anomaly| {
        let (score, threshold) = (anomaly.image_score, anomaly.thresholds.image);
        let values = [("score", score.into()), ("threshold", threshold.into())];
        desk.words.with("score-against-threshold", &values)
    });
    let said = opened.judgement.as_ref().map(|judgement| &judgement.opinion);
    let suggestion = inspection.similarity.done().and_then(|found| found.suggestion.as_ref());
    let defect = said
        .and_then(|opinion| opinion.defect.as_ref())
        .or(inspection.manual.done().map(|manual| &manual.defect))
        .or(suggestion.and_then(|suggestion| suggestion.defect.as_ref()));
    let judged = opened.judgement.as_ref().map(|judgement| {
        let by = [("by", judgement.by.clone().into()), ("time", local_time(&judgement.at).into())];
        let verdict = desk.text(judgement.opinion.verdict.word());
        format!("{verdict} · {}", desk.words.with("judge-by", &by))
    });
    let lines = [
        ("label-score", score),
        ("label-time", Some(time_there(&inspection.created_at))),
        ("label-product", product.map(|product| desk.product_name(product))),
        ("judge-defect", defect.map(|defect| desk.defect_name(product, defect))),
        ("history-judged", judged),
    ];
    let grid = Grid::new(("history_facts", inspection.id.map(|id| id.0)));
    grid.num_columns(2).spacing([16.0, 3.0]).min_row_height(20.0).show(ui, |ui| {
        for (label, value) in lines {
            ui.weak(desk.text(label));
            ui.add(Label::new(value.unwrap_or_else(dash)).truncate());
            ui.end_row();
        }
    });
}
