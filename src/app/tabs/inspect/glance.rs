//! The part at one glance: banner above, findings at the left, the picture, the report at the right,
//! the stages and the batch below.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align, CentralPanel, Color32, Frame, Margin, Panel, PopupCloseBehavior, RichText, ScrollArea,
    Ui, UiBuilder,
};

use super::banner::Banner;
use super::inspect_tab::InspectTab;
use super::layout::{Layout, Side};
use super::recent_menu::RecentMenu;
use super::running_inspection::RunningInspection;
use super::{stage_line, strip};
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::optional_product_combo;
use crate::widgets::inspection::{findings, model_view, past_actions, report_view};
use fettle_domain::FeedbackSubject;

/// How dark the part before is while the current one is inspected.
const VEIL: Color32 = Color32::from_black_alpha(150);

impl InspectTab {
    /// Shows everything about the current part.
    pub(super) fn glance(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let layout = Layout::of(ui.available_size());
        let plain = Frame::new().inner_margin(Margin::symmetric(0, 3));
        Panel::top("inspect_banner").frame(plain).show_separator_line(false).show(ui, |ui| {
            self.banner(ui, cx, layout);
        });
        Panel::top("inspect_tools").frame(plain).show_separator_line(false).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| self.tools(ui, cx, layout));
        });
        if layout.has_strip {
            Panel::bottom("inspect_batch").frame(plain).show(ui, |ui| {
                self.batch_row(ui, cx, layout);
            });
        }
        let side = Frame::new().inner_margin(Margin::symmetric(6, 2));
        let (findings, report) = self.sides(cx, layout);
        if findings {
            let panel = Panel::left("inspect_findings").frame(side).resizable(false);
            panel.exact_size(layout.findings).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.findings(ui, cx));
            });
        }
        if report {
            let panel = Panel::right("inspect_report").frame(side).resizable(false);
            panel.exact_size(layout.report).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.report(ui, cx));
            });
        }
        CentralPanel::default().frame(Frame::NONE).show(ui, |ui| self.picture(ui, cx, true));
    }

    /// Which panels are open: beside a narrow picture one at most, and none until it is asked for.
    fn sides(&self, cx: &TabContext<'_>, layout: Layout) -> (bool, bool) {
        match layout.is_narrow {
            true => {
                (self.narrow_side == Some(Side::Findings), self.narrow_side == Some(Side::Report))
            }
            false => (cx.view.findings, cx.view.report),
        }
    }

    fn banner(&self, ui: &mut Ui, cx: &mut TabContext<'_>, layout: Layout) {
        let Some(part) = self.batch.current() else { return };
        let banner = Banner {
            part,
            position: self.batch.position(),
            inspection: self.current_part().map(|shown| &shown.inspection),
            is_tall: layout.has_tall_banner,
        };
        banner.show(ui, cx);
    }

    /// One row of tools; the rest is in a menu.
    fn tools(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, layout: Layout) {
        if ui.button(cx.text("command-open")).clicked() {
            cx.send(Command::OpenImages);
        }
        if layout.has_recent {
            self.recent.show(ui, cx);
        }
        let (previous, next) = self.batch.neighbours(cx.view.unjudged_first);
        for (sign, has_part, hint, command) in [
            ("◀", previous.is_some(), "command-previous", Command::PreviousImage),
            ("▶", next.is_some(), "command-next", Command::NextImage),
        ] {
            let name = cx.text(hint);
            let arrow = ui.add_enabled(has_part, egui::Button::new(sign));
            arrow.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, has_part, &name));
            if arrow.on_hover_text(&name).clicked() {
                cx.send(command);
            }
        }
        if !layout.is_narrow {
            product_choice(ui, cx);
        }
        if self.jobs.running(self.batch.current_file()).is_some() {
            if ui.button(cx.text("command-stop")).clicked() {
                cx.send(Command::Stop);
            }
        } else if ui.button(cx.text("command-again")).clicked() {
            cx.send(Command::InspectAgain);
        }
        let stay_open = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        MenuButton::new(cx.text("inspect-more")).config(stay_open).ui(ui, |ui| {
            more_menu(ui, cx, layout, &mut self.recent);
        });
        self.side_button(ui, cx, layout, Side::Findings);
        self.side_button(ui, cx, layout, Side::Report);
        if let Some(shown) = &mut self.shown {
            ui.separator();
            shown.view.tools(ui, cx, &shown.inspection);
        }
    }

    /// A button that opens and closes a panel.
    fn side_button(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, layout: Layout, side: Side) {
        let (findings, report) = self.sides(cx, layout);
        let is_open = if side == Side::Findings { findings } else { report };
        let button = ui.selectable_label(is_open, cx.text(side.label()));
        if !button.clicked() {
            return;
        }
        if layout.is_narrow {
            self.narrow_side = Some(side).filter(|_| !is_open);
        } else if side == Side::Findings {
            cx.view.findings = !is_open;
        } else {
            cx.view.report = !is_open;
        }
    }

    fn findings(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let current = self.batch.current_file();
        let Some(shown) = self.shown.as_mut().filter(|shown| current == Some(&shown.image)) else {
            return;
        };
        let judgement = shown.judgement.as_ref();
        self.judgement_editor.details(ui, cx, &shown.inspection, judgement);
        self.judgement_editor.take_back_button(ui, cx, &shown.inspection, judgement);
        findings::show(ui, cx, &shown.inspection, &mut self.similar, Some(&mut shown.view));
        ui.add_space(4.0);
        if ui.button(cx.text("command-register-defect")).clicked() {
            cx.send(Command::RegisterDefect);
        }
    }

    fn report(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let current = self.batch.current_file();
        let running = self.jobs.running(current);
        let Some(shown) = self.shown.as_ref().filter(|shown| current == Some(&shown.image)) else {
            return;
        };
        let inspection = &shown.inspection;
        match running {
            Some(RunningInspection { view_text: Some(text), .. }) => {
                model_view::show_unfinished(ui, cx, text);
            }
            // Said first: below the report it would be out of sight.
            Some(running) if running.is_model_writing() => report_view::show_unfinished(ui, cx),
            _ => {}
        }
        report_view::show(ui, cx, inspection);
        past_actions::show(ui, cx, inspection);
        if let Some(id) = inspection.id.filter(|_| report_view::can_be_judged(inspection)) {
            let subject = FeedbackSubject::Report { inspection: id };
            let product = inspection.product.as_ref();
            self.feedback.show(ui, cx, &subject, product, || None);
        }
        if running.is_none() {
            model_view::show(ui, cx, inspection);
        }
    }

    /// The picture of the current part, in which clicks may measure with `measures`. Until it is inspected the part before stays, under a veil.
    pub(super) fn picture(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, measures: bool) {
        let current = self.batch.current_file();
        match &mut self.shown {
            Some(shown) if current == Some(&shown.image) => {
                shown.view.show_body(ui, cx, &shown.inspection, measures);
            }
            shown => {
                let rect = ui.available_rect_before_wrap();
                if let Some(shown) = shown {
                    let mut before = ui.new_child(UiBuilder::new().max_rect(rect));
                    before.disable();
                    shown.view.show_part(&mut before, cx, shown.inspection.anomaly.done());
                    ui.painter().rect_filled(rect, 0.0, VEIL);
                }
                let mut over = ui.new_child(UiBuilder::new().max_rect(rect));
                self.waiting(&mut over, cx);
                ui.advance_cursor_after_rect(rect);
            }
        }
    }

    /// What is under way instead of the current part's picture, or why there is none.
    fn waiting(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        let Some(part) = self.batch.current() else { return };
        let is_veiled = self.shown.is_some();
        let ink = if is_veiled { Color32::WHITE } else { ui.visuals().text_color() };
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() * 0.42).max(0.0));
            if let Some(error) = &self.error {
                let colour = if is_veiled { ink } else { ui.visuals().error_fg_color };
                ui.label(RichText::new(error).size(20.0).color(colour));
            } else if self.jobs.has(Some(&part.file)) {
                ui.add(egui::Spinner::new().size(40.0).color(ink));
                ui.label(RichText::new(cx.text("inspect-running")).size(20.0).color(ink));
                ui.label(RichText::new(part.file_name()).color(ink));
            }
        });
    }

    /// The stages and the batch.
    fn batch_row(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, layout: Layout) {
        let current = self.batch.current_file();
        let progress = self.jobs.running(current).and_then(RunningInspection::progress);
        ui.horizontal(|ui| {
            let counts = strip::counts_text(cx, &self.batch);
            stage_line::show(ui, cx, progress.as_ref(), self.current_part());
            ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
                ui.add(egui::Label::new(RichText::new(counts).small()).truncate());
            });
        });
        let may_read = self.jobs.is_idle();
        let how = (layout.has_thumbnails, may_read);
        if let Some(index) = self.strip.show(ui, cx, &self.batch, how) {
            self.go_to(cx, index);
        }
    }
}

/// The product that parts are inspected as.
pub(super) fn product_choice(ui: &mut Ui, cx: &mut TabContext<'_>) {
    let by_neighbours = cx.text("inspect-by-neighbours");
    let mut product = cx.view.product.take();
    optional_product_combo(ui, cx, &mut product, &by_neighbours);
    cx.view.product = product;
}

/// What is chosen rarely.
fn more_menu(ui: &mut Ui, cx: &mut TabContext<'_>, layout: Layout, recent: &mut RecentMenu) {
    if layout.is_narrow {
        product_choice(ui, cx);
    }
    let (label, hint) = (cx.text("inspect-with-llm"), cx.text("inspect-with-llm-hint"));
    ui.checkbox(&mut cx.view.with_llm, label).on_hover_text(hint);
    let label = cx.text("command-go-on");
    ui.checkbox(&mut cx.view.goes_on, label);
    let label = cx.text("command-unjudged-first");
    ui.checkbox(&mut cx.view.unjudged_first, label);
    ui.separator();
    if !layout.has_recent {
        recent.show_in_menu(ui, cx);
    }
    if ui.button(cx.text("command-operator")).clicked() {
        cx.send(Command::OperatorView);
        ui.close();
    }
}
