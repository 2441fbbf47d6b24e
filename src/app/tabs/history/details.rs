//! An inspection of the past, as it was.

use egui::{Image, TextureHandle};

use crate::app::desk::Desk;
use crate::app::tabs::inspect::{defects_of, findings, report};
use crate::app::tasks::Task;
use crate::app::widgets::judging::{Judging, local_time};
use crate::domain::{ActionChange, ActionState, InspectionId};
use crate::engine::{Judged, OpenInspection, OpenedInspection, ProductSummary, SetAction};

/// Height of the picture in points, at most.
const PICTURE: f32 = 300.0;

/// The inspection opened.
pub(super) struct Details {
    pub(super) id: InspectionId,
    opening: Option<Task<OpenedInspection>>,
    opened: Option<OpenedInspection>,
    error: Option<String>,
    acting: Option<Task<ActionChange>>,
    with_heatmap: bool,
    /// With the heatmap, and without.
    textures: [Option<TextureHandle>; 2],
}

impl Details {
    pub(super) fn open(desk: &mut Desk<'_>, id: InspectionId) -> Self {
        Self {
            id,
            opening: desk.start(OpenInspection(id)),
            opened: None,
            error: None,
            acting: None,
            with_heatmap: true,
            textures: [None, None],
        }
    }

    pub(super) fn opened(&self) -> Option<&OpenedInspection> {
        self.opened.as_ref()
    }

    /// Takes what its jobs answered; the state of the action where it was changed.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) -> Option<(InspectionId, ActionState)> {
        if let Some(answer) = self.opening.as_ref().and_then(Task::poll) {
            self.opening = None;
            match answer {
                Ok(opened) => self.opened = Some(opened),
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let answer = self.acting.as_ref()?.poll()?;
        self.acting = None;
        match answer {
            Ok(change) => {
                let state = change.state;
                if let Some(opened) = &mut self.opened {
                    opened.action = Some(change);
                }
                Some((self.id, state))
            }
            Err(error) => {
                desk.toasts.error(error.explain(desk.words.0));
                None
            }
        }
    }

    /// Takes what was judged, if it is this one.
    pub(super) fn judged(&mut self, judged: &Judged) {
        if let Some(opened) = &mut self.opened
            && judged.inspection == self.id
        {
            opened.judgement = judged.now.clone();
        }
    }

    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        judging: &mut Judging,
        products: &[ProductSummary],
    ) {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let Some(opened) = &self.opened else {
            if self.opening.is_some() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(desk.text("history-opening"));
                });
            }
            return;
        };
        let inspection = &opened.inspection;
        ui.strong(&inspection.source);
        findings::verdict(ui, desk, inspection.verdict);
        let defects = defects_of(products, inspection.product.as_ref());
        judging.show(ui, desk, inspection, opened.judgement.as_ref(), defects);
        action(ui, desk, self.id, opened.action.as_ref(), &mut self.acting);
        ui.add_space(6.0);
        picture(ui, desk, opened, &mut self.with_heatmap, &mut self.textures);
        if let Some(notice) = &opened.notice {
            ui.small(format!("⚠ {notice}"));
        }
        ui.add_space(6.0);
        findings::show(ui, desk, inspection);
        ui.add_space(10.0);
        ui.separator();
        report::show(ui, desk, inspection);
    }
}

/// Whether what the inspection asks for is done, and who said so.
fn action(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    id: InspectionId,
    change: Option<&ActionChange>,
    acting: &mut Option<Task<ActionChange>>,
) {
    let state = change.map(|change| change.state).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        let mut is_done = state == ActionState::Done;
        let label = desk.text("history-action-done");
        let checkbox = egui::Checkbox::new(&mut is_done, label);
        if ui.add_enabled(acting.is_none(), checkbox).changed() {
            let state = if is_done { ActionState::Done } else { ActionState::Open };
            *acting = desk.start(SetAction { inspection: id, state });
        }
        if let Some(change) = change {
            let values = [
                ("state", desk.text(change.state.word()).into()),
                ("by", change.by.clone().into()),
                ("time", local_time(&change.at).into()),
            ];
            ui.small(desk.words.with("history-action-by", &values));
        }
    });
}

fn picture(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    opened: &OpenedInspection,
    with_heatmap: &mut bool,
    textures: &mut [Option<TextureHandle>; 2],
) {
    let overlay = opened.pictures.as_ref().map(|pictures| &pictures.overlay);
    if overlay.is_some() {
        ui.checkbox(with_heatmap, desk.text("picture-overlay"));
    }
    let part = opened.picture.as_deref();
    let (place, image, label) = match overlay.filter(|_| *with_heatmap) {
        Some(overlay) => (0, Some(overlay), "picture-overlay"),
        None => (1, part, "picture-part"),
    };
    let Some(image) = image else { return };
    let texture = textures[place].get_or_insert_with(|| {
        // No larger than it is shown on a screen of double density: textures have limits.
        let small = image::imageops::thumbnail(
            image,
            image.width().min(1024),
            (u64::from(image.height()) * u64::from(image.width().min(1024))
                / u64::from(image.width().max(1))) as u32,
        );
        let size = [small.width() as usize, small.height() as usize];
        let small = egui::ColorImage::from_rgb(size, small.as_raw());
        ui.ctx().load_texture("history_picture", small, egui::TextureOptions::LINEAR)
    });
    let size = texture.size_vec2();
    let scale = (ui.available_width() / size.x).min(PICTURE / size.y);
    let image = Image::new(&*texture).fit_to_exact_size(size * scale);
    ui.add(image.alt_text(desk.text(label)));
}
