//! The versions of a product's manuals, including those replaced.

use egui::text::LayoutJob;
use egui::{Align, Button, CollapsingHeader, Layout, TextFormat, TextStyle};

use crate::clock::local_time;
use crate::tab_context::TabContext;
use fettle_domain::ManualId;
use fettle_engine::ManualVersion;

/// Shows the versions, newest first, where some were replaced. Returns the version where another
/// one than `open` was clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    versions: &[ManualVersion],
    open: Option<ManualId>,
) -> Option<ManualId> {
    if versions.iter().all(|version| version.replaced_at.is_none()) {
        return None;
    }
    let mut clicked = None;
    let title = cx.localizer.with("manual-versions", &[("count", versions.len().into())]);
    let header = CollapsingHeader::new(title).id_salt("manual_versions");
    header.show(ui, |ui| {
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for version in versions.iter().rev() {
                let id = version.manual.id;
                let is_open = open == Some(id);
                let job = label(ui, cx, version, is_open);
                let button = ui.add(Button::selectable(is_open, job).wrap());
                if button.on_hover_text(&version.manual.content_hash.0).clicked() && !is_open {
                    clicked = Some(id);
                }
            }
        });
    });
    clicked
}

/// When the version was added, and below it the file, its state and the number of reports that cite
/// it.
fn label(ui: &egui::Ui, cx: &TabContext<'_>, version: &ManualVersion, is_open: bool) -> LayoutJob {
    let visuals = ui.visuals();
    let (colour, weak) = if is_open {
        (visuals.selection.stroke.color, visuals.selection.stroke.color)
    } else {
        (visuals.strong_text_color(), visuals.weak_text_color())
    };
    let mut job = LayoutJob::default();
    let mut add = |text: &str, style: TextStyle, colour| {
        job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
    };
    let path = &version.manual.path;
    let name = path.rsplit('/').next().unwrap_or(path);
    let state = match &version.replaced_at {
        None => cx.text("manual-version-in-force"),
        Some(until) => {
            cx.localizer.with("manual-version-until", &[("time", local_time(until).into())])
        }
    };
    let cited = cx.localizer.with("manual-version-cited", &[("count", version.cited.into())]);
    add(&local_time(&version.added_at), TextStyle::Body, colour);
    add(&format!("\n{name} · {state} · {cited}"), TextStyle::Small, weak);
    job
}
