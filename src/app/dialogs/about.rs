//! *About*: the program's version and licence, and the licences of all that it is made of.

use egui::{RichText, Role, TextEdit, Ui, WidgetInfo};
use egui_extras::{Column, TableBody, TableBuilder};

use super::dialog::Dialog;
use super::form::{error_label, modal};
use crate::licences::{LicensedWork, bundled, crates};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::Language;
use fettle_engine::{ListModels, ListedModel};

/// Height of a row, in points.
const ROW_HEIGHT: f32 = 20.0;
/// Height of the window that the list leaves to the rest of the dialog, in points.
const HEIGHT_OF_REST: f32 = 330.0;

/// The list of licences and what of it a person looks for.
#[derive(Default)]
pub(crate) struct AboutDialog {
    wanted: String,
    models: Loadable<Vec<ListedModel>>,
    /// What is listed; `None` once it is to be listed anew.
    rows: Option<Rows>,
}

/// The list in a language.
struct Rows {
    language: Language,
    rows: Vec<Row>,
}

/// A line of the list.
enum Row {
    /// The title of the works below.
    Title(String),
    Work(LicensedWork),
}

impl AboutDialog {
    /// The works that match what is wanted, below their titles; listed anew where that changed.
    fn rows(&mut self, cx: &TabContext<'_>) -> &[Row] {
        let language = cx.localizer.language;
        let listed = self.rows.take().filter(|rows| rows.language == language);
        let rows = listed.unwrap_or_else(|| Rows { language, rows: self.list(cx) });
        &self.rows.insert(rows).rows
    }

    fn list(&self, cx: &TabContext<'_>) -> Vec<Row> {
        let models = self.models.answer().into_iter().flatten();
        let models =
            models.map(|model| LicensedWork::named(&model.entry.name, &model.entry.licence));
        let groups = [
            ("about-models", models.collect()),
            ("about-bundled", bundled()),
            ("about-crates", crates().to_vec()),
        ];
        let mut rows = Vec::new();
        for (title, mut works) in groups {
            works.retain(|work| work.matches(&self.wanted));
            if works.is_empty() {
                continue;
            }
            rows.push(Row::Title(cx.localizer.with(title, &[("count", works.len().into())])));
            rows.extend(works.into_iter().map(Row::Work));
        }
        rows
    }

    fn search_field(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let hint = cx.text("about-search");
        let edit =
            TextEdit::singleline(&mut self.wanted).hint_text(&hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
        if edit.changed() {
            self.rows = None;
        }
    }
}

fn table(ui: &mut Ui, rows: &[Row]) {
    let room = (ui.ctx().content_rect().height() - HEIGHT_OF_REST).max(60.0);
    TableBuilder::new(ui)
        .id_salt("licences")
        .striped(true)
        .max_scroll_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .column(Column::exact(240.0).clip(true))
        .column(Column::exact(70.0).clip(true))
        .column(Column::remainder().clip(true))
        .body(|body| table_rows(body, rows));
}

fn table_rows(body: TableBody<'_>, rows: &[Row]) {
    body.rows(ROW_HEIGHT, rows.len(), |mut line| match rows.get(line.index()) {
        Some(Row::Title(title)) => {
            line.col(|ui| {
                ui.strong(title);
            });
            line.col(|_| {});
            line.col(|_| {});
        }
        Some(Row::Work(work)) => {
            line.col(|ui| {
                let name = ui.label(&work.name);
                if !work.source.is_empty() {
                    name.on_hover_text(&work.source);
                }
            });
            line.col(|ui| {
                ui.weak(&work.version);
            });
            line.col(|ui| {
                ui.label(&work.licence).on_hover_text(&work.licence);
            });
        }
        None => {}
    });
}

/// The works of `rows` as text, one a line, to be pasted into a table.
fn as_text(rows: &[Row]) -> String {
    let lines = rows.iter().filter_map(|row| match row {
        Row::Title(_) => None,
        Row::Work(work) => Some(work.line()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Dialog for AboutDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.models.load_once(cx, ListModels);
        if self.models.poll(cx) {
            self.rows = None;
        }
        let modal = modal(ctx, "about_dialog", &cx.text("command-about"), |ui| {
            let version = format!("Fettle {}", env!("CARGO_PKG_VERSION"));
            ui.label(RichText::new(version).strong());
            ui.label(cx.text("about-what"));
            let licence = [("licence", env!("CARGO_PKG_LICENSE").into())];
            ui.weak(cx.localizer.with("about-licence", &licence));
            ui.add_space(6.0);
            ui.label(cx.text("about-others"));
            self.search_field(ui, cx);
            if let Some(error) = self.models.error() {
                error_label(ui, error);
            }
            let rows = self.rows(cx);
            match rows.is_empty() {
                true => drop(ui.weak(cx.text("about-nothing"))),
                false => table(ui, rows),
            }
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let close = ui.button(cx.text("button-close")).clicked();
                let copy =
                    ui.add_enabled(!rows.is_empty(), egui::Button::new(cx.text("about-copy")));
                if copy.clicked() {
                    ui.ctx().copy_text(as_text(rows));
                    cx.toasts.done(cx.text("about-copied"));
                }
                close
            })
            .inner
        });
        !(modal.inner || modal.should_close())
    }
}
