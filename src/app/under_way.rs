//! How far a job is, beside what asked for it.

use egui::ProgressBar;

use super::desk::Desk;
use super::shell::jobs_panel::share;
use super::tasks::Task;

/// A bar, what is being done, and a button that stops it.
pub(super) fn show<A>(ui: &mut egui::Ui, desk: &Desk<'_>, task: &Task<A>) {
    let progress = task.progress();
    ui.horizontal(|ui| {
        if ui.button(desk.text("command-stop")).clicked() {
            task.cancel();
        }
        match share(progress.as_ref()) {
            Some(share) => {
                let width = ui.available_width().min(320.0);
                ui.add(ProgressBar::new(share).show_percentage().desired_width(width));
            }
            None => {
                ui.spinner();
            }
        }
    });
    if let Some(progress) = &progress {
        let text = format!("{} {}", desk.text(progress.step), progress.subject);
        ui.add(egui::Label::new(text).truncate());
    }
}
