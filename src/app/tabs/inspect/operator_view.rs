//! The inspector's view over the whole screen: verdict, defect, place and first action, legible from a
//! step away, the part between its normal twin and a known defect, and buttons for gloves.

use egui::{
    Button, CentralPanel, Color32, CornerRadius, Frame, Label, Margin, Panel, RichText, Ui, Vec2,
    vec2,
};

use super::inspect_tab::InspectTab;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::theme::{VerdictLook, verdict_look};
use crate::widgets::inspection::opinions::PersonsVerdict;
use crate::widgets::inspection::scores::unsure_texts;
use crate::widgets::verdict_mark;
use fettle_domain::{Inspection, ReportPart, Verdict};

/// Size from which all is shown at full size, in points; below, letters and buttons shrink.
const FULL: Vec2 = vec2(1000.0, 640.0);
/// Size of the letters of defect, place and first action, in points: legible from a step away. Only a window
/// too low for it has smaller ones.
const LINE: f32 = 32.0;
/// Least height of a button that is touched, in points.
const MIN_TOUCH: f32 = 48.0;
/// Share of the width that a button without a verdict has at most.
const SMALL_SHARE: f32 = 0.065;
/// Share of the width that the twin and the known defect have each.
const SIDE_SHARE: f32 = 0.19;

/// The sizes of letters and buttons, in points.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    verdict: f32,
    /// Defect, place and first action.
    line: f32,
    small: f32,
    button: f32,
    has_sides: bool,
}

impl Sizes {
    fn of(window: Vec2) -> Self {
        if window.x >= FULL.x && window.y >= FULL.y {
            let has_sides = true;
            return Self { verdict: 72.0, line: LINE, small: 20.0, button: 84.0, has_sides };
        }
        let is_low = window.y < 420.0;
        Self {
            verdict: if is_low { 30.0 } else { 48.0 },
            line: if is_low { 18.0 } else { LINE },
            small: 14.0,
            button: if is_low { MIN_TOUCH } else { 64.0 },
            has_sides: false,
        }
    }
}

impl InspectTab {
    /// Shows banner, pictures and buttons over the whole window, with one to sign in where `can_sign_in`.
    pub(super) fn inspectors_view(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        can_sign_in: bool,
    ) {
        let sizes = Sizes::of(ui.available_size());
        let plain = Frame::new().inner_margin(Margin::symmetric(0, 3));
        Panel::top("operator_verdict").frame(plain).show_separator_line(false).show(ui, |ui| {
            self.large_banner(ui, cx, sizes);
        });
        Panel::bottom("operator_buttons").frame(plain).show_separator_line(false).show(ui, |ui| {
            self.large_buttons(ui, cx, sizes, can_sign_in && cx.has_people);
        });
        let has_twin = self.current_part().is_some() && sizes.has_sides;
        if has_twin {
            let width = ui.available_width() * SIDE_SHARE;
            let panel = |panel: Panel| panel.frame(plain).resizable(false).exact_size(width);
            panel(Panel::left("operator_twin")).show(ui, |ui| self.twin(ui, cx, sizes));
            panel(Panel::right("operator_known")).show(ui, |ui| self.known(ui, cx, sizes));
        }
        CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
            // The twin and the known defect stand beside: the middle is the part alone.
            let mode = std::mem::take(&mut cx.view.comparison);
            self.picture(ui, cx, false);
            cx.view.comparison = mode;
        });
    }

    /// The verdict over the whole width, the defect, where it is, what to do first, and what machine
    /// and person say.
    fn large_banner(&self, ui: &mut Ui, cx: &TabContext<'_>, sizes: Sizes) {
        let Some(part) = self.batch.current() else { return };
        let inspection = self.current_part().map(|shown| &shown.inspection);
        let verdict = part.opinions.counts();
        let (fill, ink) = match verdict.map(verdict_look) {
            Some(VerdictLook { fill, ink, .. }) => (fill, ink),
            None => (ui.visuals().faint_bg_color, ui.visuals().text_color()),
        };
        let frame = Frame::new().fill(fill).corner_radius(CornerRadius::same(8));
        frame.inner_margin(Margin::symmetric(14, 6)).show(ui, |ui| {
            ui.take_available_width();
            ui.horizontal(|ui| {
                if let Some(verdict) = verdict {
                    verdict_mark::show(ui, verdict, sizes.verdict);
                }
                let word = match verdict {
                    Some(verdict) => cx.text(verdict.message_id()),
                    None if part.failed => cx.text("inspect-failed"),
                    None => cx.text("inspect-running"),
                };
                let word = RichText::new(word).size(sizes.verdict).strong().color(ink);
                ui.add(Label::new(word).extend());
                ui.add_space(12.0);
                ui.vertical(|ui| {
                    if let Some(inspection) = inspection {
                        let what = what_and_where(cx, inspection, verdict);
                        large_line(ui, &what, sizes.line, ink);
                    }
                    ui.horizontal(|ui| {
                        part.opinions.show(ui, cx, sizes.small);
                        let place = format!("{}   {}", self.batch.position(), part.file_name());
                        large_line(ui, &place, sizes.small, ink);
                    });
                });
            });
        });
        let Some(inspection) = inspection else { return };
        if verdict != Some(Verdict::Ok)
            && let Some(action) = first_action(inspection)
        {
            let text = format!("▶ {action}");
            ui.add(Label::new(RichText::new(text).size(sizes.line).strong()).truncate());
        }
        // A judged part needs no look any more.
        if !part.is_judged() {
            let reasons = unsure_texts(cx, inspection).join(" ");
            if !reasons.is_empty() {
                let reasons = RichText::new(reasons).size(sizes.small);
                ui.add(Label::new(reasons).truncate());
            }
        }
    }

    /// The normal part that the part resembles most, moving with it.
    fn twin(&mut self, ui: &mut Ui, cx: &TabContext<'_>, sizes: Sizes) {
        let Some(shown) = &mut self.shown else { return };
        let name = RichText::new(cx.text("label-reference")).size(sizes.small);
        ui.add(Label::new(name).truncate());
        let room = ui.available_size();
        if !shown.view.show_normal(ui, cx, room) {
            ui.weak("–");
        }
    }

    /// The known defect that the part resembles most, where the part is not OK.
    fn known(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, sizes: Sizes) {
        let Some(shown) = &mut self.shown else { return };
        let similarity = shown.inspection.similarity.done();
        let nearest = similarity.and_then(|found| found.hits.first());
        let nearest = nearest.filter(|_| shown.inspection.verdict != Verdict::Ok);
        let Some(hit) = nearest else {
            let name = RichText::new(cx.text("label-similar")).size(sizes.small);
            ui.add(Label::new(name).truncate());
            ui.weak("–");
            return;
        };
        let defect = cx.defect_name(Some(&hit.product), &hit.defect);
        let name = format!("{defect}  {:.2}", hit.score);
        ui.add(Label::new(RichText::new(name).size(sizes.small)).truncate());
        let room = ui.available_size();
        shown.view.show_known(ui, cx, hit, room);
    }

    /// Buttons for the previous part, the three verdicts, the next part, and the way back.
    fn large_buttons(&self, ui: &mut Ui, cx: &mut TabContext<'_>, sizes: Sizes, has_sign_in: bool) {
        let can_judge = self.batch.current().is_some_and(|part| !part.failed);
        let said = self.batch.current().map(|part| part.opinions.person);
        // Where there are four of them, those that judge keep the room for their words.
        let widest = (ui.available_width() * SMALL_SHARE).max(MIN_TOUCH);
        let small = vec2(sizes.button.min(widest), sizes.button);
        let small_ones = if has_sign_in { 4.0 } else { 3.0 };
        let gaps = ui.spacing().item_spacing.x * (2.0 + small_ones);
        let width = (ui.available_width() - gaps - small_ones * small.x) / 3.0;
        let letters = (sizes.button * 0.36).min(30.0);
        let (previous, next) = self.batch.neighbours(cx.view.unjudged_first);
        ui.horizontal(|ui| {
            let arrow = |ui: &mut Ui, cx: &mut TabContext<'_>, sign: &str, command: Command| {
                let (id, has_part) = match command {
                    Command::PreviousImage => ("command-previous", previous.is_some()),
                    _ => ("command-next", next.is_some()),
                };
                let name = cx.text(id);
                let button = Button::new(RichText::new(sign).size(letters)).min_size(small);
                let button = ui.add_enabled(has_part, button);
                button
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, has_part, &name));
                if button.on_hover_text(&name).clicked() {
                    cx.send(command);
                }
            };
            arrow(ui, cx, "◀", Command::PreviousImage);
            for (key, verdict) in (1..).zip(Verdict::ALL) {
                let VerdictLook { fill, ink, .. } = verdict_look(verdict);
                let mark = match said {
                    Some(PersonsVerdict::Said(said)) if said == verdict => "✔ ",
                    Some(PersonsVerdict::Waiting(Some(said))) if said == verdict => "⌛ ",
                    _ => "",
                };
                let text = format!("{mark}{key}  {}", cx.text(verdict.message_id()));
                let text = RichText::new(text).size(letters).strong().color(ink);
                let size = vec2(width.max(MIN_TOUCH), sizes.button);
                ui.add_enabled_ui(can_judge, |ui| {
                    let text = (text, letters * 1.2);
                    let button = verdict_mark::button(ui, verdict, text, |button| {
                        button.fill(fill).min_size(size)
                    });
                    if button.clicked() {
                        cx.send(Command::Judge(verdict));
                    }
                });
            }
            arrow(ui, cx, "▶", Command::NextImage);
            if has_sign_in {
                sign_in_button(ui, cx, small, sizes.small);
            }
            let name = cx.text("operator-leave");
            let leave = Button::new(RichText::new("✖").size(letters)).min_size(small);
            let leave = ui.add(leave);
            leave.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if leave.on_hover_text(&name).clicked() {
                cx.send(Command::OperatorView);
            }
        });
    }
}

/// The button of `size` points with who is signed in, who is signed out by it, or the offer to sign in.
fn sign_in_button(ui: &mut Ui, cx: &mut TabContext<'_>, size: Vec2, letters: f32) {
    let person = cx.engine.signed_in();
    let (id, command) = match &person {
        Some(_) => ("command-sign-out", Command::SignOut),
        None => ("command-sign-in", Command::SignIn),
    };
    let does = cx.text(id);
    let (shown, name) = match person {
        Some(person) => (person.name.clone(), format!("{}: {does}", person.name)),
        None => (does.clone(), does),
    };
    // Three letters of Hangul have room in a row.
    let text = RichText::new(shown).size(letters.min(size.x * 0.21));
    let button = ui.add_sized(size, Button::new(text).wrap());
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if button.on_hover_text(&name).clicked() {
        cx.send(command);
    }
}

fn large_line(ui: &mut Ui, text: &str, size: f32, ink: Color32) {
    ui.add(Label::new(RichText::new(text).size(size).strong().color(ink)).truncate());
}

/// The defect and the place of its strongest region; the product of a part without a defect.
fn what_and_where(
    cx: &TabContext<'_>,
    inspection: &Inspection,
    verdict: Option<Verdict>,
) -> String {
    let product = inspection.product.as_ref();
    let mut words = Vec::new();
    if verdict != Some(Verdict::Ok) {
        words.extend(inspection.probable_defect().map(|defect| cx.defect_name(product, defect)));
        let strongest = inspection.anomaly.done().and_then(|anomaly| anomaly.regions.first());
        words.extend(strongest.map(|region| cx.text(region.place.message_id())));
    }
    if words.is_empty() {
        words.extend(product.map(|product| cx.product_name(product)));
    }
    words.join(" · ")
}

/// The manual's first action for the defect.
fn first_action(inspection: &Inspection) -> Option<&str> {
    let report = inspection.report.done()?;
    let actions = report.sections.iter().find(|section| section.part == ReportPart::Actions)?;
    actions.lines.first().map(|line| line.text.as_str())
}
