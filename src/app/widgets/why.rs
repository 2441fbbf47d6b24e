//! "Why here?": a click on a part shows the normal patch that it is nearest to there.

use egui::Ui;

use super::image_view::Pixel;
use super::patches::{Patches, Side};
use crate::asked::Asked;
use crate::desk::Desk;
use crate::words::Words;
use fettle_domain::BankRef;
use fettle_engine::{NearestNormal, WhyHere};

/// Whether a click asks, and what came of the last one.
#[derive(Default)]
pub(super) struct Why {
    /// A click asks.
    on: bool,
    asked: Asked<Option<NearestNormal>>,
    patches: Option<Patches>,
}

impl Why {
    /// Takes the answer about the picture `kept` in the workspace.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>, kept: Option<&str>) {
        if let Some(patches) = &mut self.patches {
            patches.poll(desk);
        }
        if !self.asked.poll(desk) {
            return;
        }
        if let Some(error) = self.asked.error() {
            desk.toasts.error(error.to_owned());
            return;
        }
        match (self.asked.answer(), kept) {
            (Some(Some(nearest)), Some(kept)) => self.patches = Some(patches(desk, kept, nearest)),
            _ => desk.toasts.done(desk.words.text("picture-why-nothing")),
        }
    }

    /// Draws the choice whether a click asks into the row under way.
    pub(super) fn choice(&mut self, ui: &mut Ui, words: Words) {
        let label = ui.selectable_label(self.on, words.text("picture-why"));
        if label.on_hover_text(words.text("picture-why-hint")).clicked() {
            self.on = !self.on;
        }
        if self.asked.is_awaited() {
            ui.spinner();
        }
    }

    /// Asks about the pixel `at` of the picture `kept` in the workspace, where a click asks.
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>, kept: &str, bank: &BankRef, at: Pixel) {
        if self.on {
            let (picture, bank) = (kept.into(), bank.clone());
            // What was answered before is of another place.
            self.asked = Asked::default();
            self.asked.ask(desk, WhyHere { picture, bank, x: at.x, y: at.y });
        }
    }

    /// Draws the patches, while they are looked at.
    pub(super) fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) {
        if let Some(patches) = &mut self.patches
            && !patches.show(ctx, desk)
        {
            self.patches = None;
        }
    }
}

fn patches(desk: &Desk<'_>, kept: &str, nearest: &NearestNormal) -> Patches {
    let NearestNormal { patch, score, path, normal_patch } = nearest;
    let sides = vec![
        Side::new(desk.text("patches-own"), kept.into(), Some(*patch)),
        Side::new(desk.text("patches-nearest"), path.into(), Some(*normal_patch)),
    ];
    Patches::new(sides, desk.words.with("patches-distance", &[("score", (*score).into())]))
}
