//! The inspector's view: the verdict, the picture and three buttons, to be seen from a step away.

use egui::{Align, Button, CornerRadius, Frame, Layout, Panel, RichText, Ui, vec2};

use super::InspectTab;
use crate::command::Command;
use crate::desk::Desk;
use crate::theme::verdict_colours;
use fettle_domain::Verdict;

/// Height of the buttons in points: a glove hits them.
const BUTTON: f32 = 84.0;

impl InspectTab {
    /// Draws it.
    pub(super) fn operator(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        Panel::top("operator_verdict").show(ui, |ui| self.banner(ui, desk));
        Panel::bottom("operator_buttons").show(ui, |ui| {
            ui.add_space(4.0);
            self.big_buttons(ui, desk);
            ui.add_space(4.0);
        });
        egui::CentralPanel::default().show(ui, |ui| match &mut self.shown {
            Some(shown) => {
                shown.view.show_plain(ui, desk, shown.inspection.anomaly.done());
            }
            None => {
                ui.centered_and_justified(|ui| match (&self.error, &self.running) {
                    (Some(error), _) => {
                        ui.label(RichText::new(error).size(24.0).color(ui.visuals().error_fg_color))
                    }
                    (None, Some(_)) => ui.add(egui::Spinner::new().size(64.0)),
                    (None, None) => ui.weak(""),
                });
            }
        });
    }

    /// What the part is: as a person said where one did, else as was found.
    fn banner(&self, ui: &mut Ui, desk: &Desk<'_>) {
        let said = self.judgement.as_ref().map(|judgement| judgement.opinion.verdict);
        let found = self.inspection().map(|inspection| inspection.verdict);
        let name = self.files.get(self.at).and_then(|file| file.file_name());
        let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let place = format!("{} / {}   {name}", self.at + 1, self.files.len());
        let Some(verdict) = said.or(found) else {
            ui.label(RichText::new(place).size(24.0));
            return;
        };
        let (background, letters) = verdict_colours(verdict);
        Frame::new().fill(background).corner_radius(CornerRadius::same(8)).inner_margin(14).show(
            ui,
            |ui| {
                ui.horizontal(|ui| {
                    let word = desk.text(verdict.word());
                    ui.label(RichText::new(word).size(64.0).strong().color(letters));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.vertical(|ui| {
                            ui.label(RichText::new(place).size(18.0).color(letters));
                            let anomaly = self.inspection().and_then(|one| one.anomaly.done());
                            if let Some(anomaly) = anomaly {
                                let values = [
                                    ("score", anomaly.image_score.into()),
                                    ("threshold", anomaly.thresholds.image.into()),
                                ];
                                let text = desk.words.with("score-against-threshold", &values);
                                ui.label(RichText::new(text).size(18.0).color(letters));
                            }
                            if said.is_some() {
                                let text = format!("✔ {}", desk.text("operator-judged"));
                                ui.label(RichText::new(text).size(18.0).color(letters));
                            }
                        });
                    });
                });
            },
        );
    }

    fn big_buttons(&self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let can = self.inspection().is_some();
        let said = self.judgement.as_ref().map(|judgement| judgement.opinion.verdict);
        let ways = [Command::PreviousImage, Command::NextImage];
        let gaps = ui.spacing().item_spacing.x * 4.0;
        let way = BUTTON;
        let each = ((ui.available_width() - gaps - 2.0 * way) / 3.0).max(BUTTON);
        let [back, next] = ways;
        ui.horizontal(|ui| {
            let arrow = |text: &str| Button::new(RichText::new(text).size(30.0));
            let button = ui.add_enabled(self.at > 0, arrow("◀").min_size(vec2(way, BUTTON)));
            if button.on_hover_text(desk.text("command-previous")).clicked() {
                desk.send(back);
            }
            for (key, verdict) in (1..).zip(Verdict::ALL) {
                let (background, letters) = verdict_colours(verdict);
                let chosen = if said == Some(verdict) { "✔ " } else { "" };
                let text = format!("{chosen}{key}  {}", desk.text(verdict.word()));
                let text = RichText::new(text).size(30.0).strong().color(letters);
                let button = Button::new(text).fill(background).min_size(vec2(each, BUTTON));
                if ui.add_enabled(can, button).clicked() {
                    desk.send(Command::Judge(verdict));
                }
            }
            let more = self.at + 1 < self.files.len();
            let button = ui.add_enabled(more, arrow("▶").min_size(vec2(way, BUTTON)));
            if button.on_hover_text(desk.text("command-next")).clicked() {
                desk.send(next);
            }
        });
    }
}
