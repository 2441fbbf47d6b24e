//! "Why here?": a click on a part shows the normal patch nearest to the patch under the cursor.

use egui::Ui;

use super::image_view::Pixel;
use super::patch_viewer::{PatchPanel, PatchViewer};
use crate::loadable::Loadable;
use crate::localizer::Localizer;
use crate::tab_context::TabContext;
use fettle_domain::BankRef;
use fettle_engine::{ExplainPixel, NearestNormal, PictureFile};

/// The tool that explains a clicked pixel, and its last result.
#[derive(Default)]
pub(super) struct NearestNormalTool {
    /// Whether a click on the part asks for its nearest normal patch.
    is_active: bool,
    nearest: Loadable<Option<NearestNormal>>,
    viewer: Option<PatchViewer>,
}

impl NearestNormalTool {
    /// Takes the nearest normal patch once it is found. `stored` is the path of the part's picture
    /// in the workspace.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>, stored: Option<&str>) {
        if let Some(viewer) = &mut self.viewer {
            viewer.poll(cx);
        }
        if !self.nearest.poll(cx) {
            return;
        }
        if let Some(error) = self.nearest.error() {
            cx.toasts.error(error.to_owned());
            return;
        }
        match (self.nearest.answer(), stored) {
            (Some(Some(nearest)), Some(stored)) => {
                self.viewer = Some(patch_viewer(cx, stored, nearest));
            }
            _ => cx.toasts.done(cx.localizer.text("picture-why-nothing")),
        }
    }

    /// Adds the button that turns the tool on and off to the current row.
    pub(super) fn toggle_button(&mut self, ui: &mut Ui, localizer: Localizer) {
        let label = ui.selectable_label(self.is_active, localizer.text("picture-why"));
        if label.on_hover_text(localizer.text("picture-why-hint")).clicked() {
            self.is_active = !self.is_active;
        }
        if self.nearest.is_loading() {
            ui.spinner();
        }
    }

    /// Looks up the patch of the pixel `at`, if the tool is on. `stored` is the path of the part's
    /// picture in the workspace.
    pub(super) fn explain(
        &mut self,
        cx: &mut TabContext<'_>,
        stored: &str,
        bank: &BankRef,
        at: Pixel,
    ) {
        if self.is_active {
            let (picture, bank) = (PictureFile::Stored(stored.to_owned()), bank.clone());
            // The previous result belongs to another pixel.
            self.nearest = Loadable::default();
            self.nearest.load(cx, ExplainPixel { picture, bank, x: at.x, y: at.y });
        }
    }

    /// Shows the patch viewer while it is open.
    pub(super) fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        if let Some(viewer) = &mut self.viewer
            && !viewer.show(ctx, cx)
        {
            self.viewer = None;
        }
    }
}

/// A viewer of the clicked patch beside its nearest normal patch.
fn patch_viewer(cx: &TabContext<'_>, stored: &str, nearest: &NearestNormal) -> PatchViewer {
    let NearestNormal { patch, score, path, normal_patch } = nearest;
    let panels = vec![
        PatchPanel::new(cx.text("patches-own"), stored.into(), Some(*patch)),
        PatchPanel::new(cx.text("patches-nearest"), path.clone(), Some(*normal_patch)),
    ];
    PatchViewer::new(panels, cx.localizer.with("patches-distance", &[("score", (*score).into())]))
}
