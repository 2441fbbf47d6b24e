//! The operator's view: verdict, picture and three buttons, legible from a step away.

use egui::{Align, Button, CornerRadius, Frame, Layout, Panel, RichText, Ui, vec2};

use super::image_queue::ImageQueue;
use super::shown_part::ShownPart;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::theme::{VerdictLook, verdict_look};
use crate::widgets::inspection::scores::{limits_text, score_text, unsure_texts};
use crate::widgets::verdict_mark;
use fettle_domain::{Inspection, Verdict};

/// Height of the buttons, in points: large enough for gloves.
const BUTTON_HEIGHT: f32 = 84.0;
/// Side of a verdict's mark on a button, in points.
const BUTTON_MARK: f32 = 36.0;
/// Side of the verdict's mark in the banner, in points.
const BANNER_MARK: f32 = 84.0;

/// What the operator's view shows.
pub(super) struct OperatorView<'a> {
    pub(super) queue: &'a ImageQueue,
    pub(super) shown: Option<&'a mut ShownPart>,
    /// The verdict of a person.
    pub(super) judged: Option<Verdict>,
    /// Why the current image could not be inspected.
    pub(super) error: Option<&'a str>,
    pub(super) is_running: bool,
}

impl OperatorView<'_> {
    /// Shows banner, picture and buttons over the whole tab.
    pub(super) fn show(mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        Panel::top("operator_verdict").show(ui, |ui| self.banner(ui, cx));
        Panel::bottom("operator_buttons").show(ui, |ui| {
            ui.add_space(4.0);
            self.buttons(ui, cx);
            ui.add_space(4.0);
        });
        egui::CentralPanel::default().show(ui, |ui| match &mut self.shown {
            Some(shown) => {
                shown.view.show_pictures(ui, cx, shown.inspection.anomaly.done());
            }
            None => {
                ui.centered_and_justified(|ui| match (self.error, self.is_running) {
                    (Some(error), _) => {
                        ui.label(RichText::new(error).size(24.0).color(ui.visuals().error_fg_color))
                    }
                    (None, true) => ui.add(egui::Spinner::new().size(64.0)),
                    (None, false) => ui.weak(""),
                });
            }
        });
    }

    fn inspection(&self) -> Option<&Inspection> {
        self.shown.as_ref().map(|shown| &shown.inspection)
    }

    /// The verdict of a person, or of the inspection where no person has judged.
    fn banner(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        let found = self.inspection().map(|inspection| inspection.verdict);
        let position = format!("{}   {}", self.queue.position(), self.queue.file_name());
        let Some(verdict) = self.judged.or(found) else {
            ui.label(RichText::new(position).size(24.0));
            return;
        };
        let VerdictLook { fill, ink: letters, .. } = verdict_look(verdict);
        Frame::new().fill(fill).corner_radius(CornerRadius::same(8)).inner_margin(14).show(
            ui,
            |ui| {
                ui.horizontal(|ui| {
                    verdict_mark::show(ui, verdict, BANNER_MARK);
                    let word = cx.text(verdict.message_id());
                    ui.label(RichText::new(word).size(64.0).strong().color(letters));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.vertical(|ui| {
                            ui.label(RichText::new(position).size(18.0).color(letters));
                            let anomaly = self.inspection().and_then(|one| one.anomaly.done());
                            if let Some(anomaly) = anomaly {
                                let limits = limits_text(cx, &anomaly.thresholds);
                                for text in [score_text(cx, anomaly), limits] {
                                    ui.label(RichText::new(text).size(18.0).color(letters));
                                }
                            }
                            if self.judged.is_some() {
                                let text = format!("✔ {}", cx.text("operator-judged"));
                                ui.label(RichText::new(text).size(18.0).color(letters));
                            }
                        });
                    });
                });
            },
        );
        // A judged part needs no look any more.
        if let (None, Some(inspection)) = (self.judged, self.inspection()) {
            for reason in unsure_texts(cx, inspection) {
                ui.label(RichText::new(reason).size(20.0));
            }
        }
    }

    /// Buttons for the previous image, the three verdicts and the next image.
    fn buttons(&self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let can_judge = self.inspection().is_some();
        let gaps = ui.spacing().item_spacing.x * 4.0;
        let width = ((ui.available_width() - gaps - 2.0 * BUTTON_HEIGHT) / 3.0).max(BUTTON_HEIGHT);
        let square = vec2(BUTTON_HEIGHT, BUTTON_HEIGHT);
        ui.horizontal(|ui| {
            let arrow = |text: &str| Button::new(RichText::new(text).size(30.0));
            let button = ui.add_enabled(self.queue.has_previous(), arrow("◀").min_size(square));
            if button.on_hover_text(cx.text("command-previous")).clicked() {
                cx.send(Command::PreviousImage);
            }
            for (key, verdict) in (1..).zip(Verdict::ALL) {
                let VerdictLook { fill, ink, .. } = verdict_look(verdict);
                let mark = if self.judged == Some(verdict) { "✔ " } else { "" };
                let text = format!("{mark}{key}  {}", cx.text(verdict.message_id()));
                let text = RichText::new(text).size(30.0).strong().color(ink);
                let size = vec2(width, BUTTON_HEIGHT);
                ui.add_enabled_ui(can_judge, |ui| {
                    let text = (text, BUTTON_MARK);
                    let button = verdict_mark::button(ui, verdict, text, |button| {
                        button.fill(fill).min_size(size)
                    });
                    if button.clicked() {
                        cx.send(Command::Judge(verdict));
                    }
                });
            }
            let button = ui.add_enabled(self.queue.has_next(), arrow("▶").min_size(square));
            if button.on_hover_text(cx.text("command-next")).clicked() {
                cx.send(Command::NextImage);
            }
        });
    }
}
