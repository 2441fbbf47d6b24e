//! Inspections saved as a PDF: where to is asked, the engine writes, a toast says that it is there.

use crate::desk::Desk;
use crate::dialogs::save::{Saving, save_as};
use crate::tasks::Task;
use fettle_engine::{Chosen, EngineError, ExportPdf, ExportedPdf};

/// What is being saved: one at a time is asked for, what is being written goes on meanwhile.
#[derive(Default)]
pub(crate) struct PdfExport {
    asking: Option<(Chosen, Saving)>,
    writing: Vec<Task<ExportedPdf>>,
}

impl PdfExport {
    /// Asks where to save these.
    pub(crate) fn ask(&mut self, ctx: &egui::Context, desk: &Desk<'_>, which: Chosen) {
        if self.asking.is_some() {
            return;
        }
        let name = match &which {
            Chosen::These(ids) => match ids.as_slice() {
                [id] => format!("fettle-{id}.pdf"),
                _ => "fettle.pdf".to_owned(),
            },
            Chosen::Filtered(_) => "fettle.pdf".to_owned(),
        };
        let saving = save_as(ctx, desk.text("command-save-pdf"), name);
        self.asking = saving.map(|saving| (which, saving));
    }

    pub(crate) fn poll(&mut self, desk: &mut Desk<'_>) {
        if let Some(chosen) = self.asking.as_ref().and_then(|(_, saving)| saving.poll())
            && let Some((which, _)) = self.asking.take()
            && let Some(path) = chosen
        {
            self.writing.extend(desk.start(ExportPdf { which, path }));
        }
        self.writing.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                written(answer, desk);
                false
            }
        });
    }
}

fn written(answer: Result<ExportedPdf, EngineError>, desk: &mut Desk<'_>) {
    match answer {
        Ok(written) => {
            let path = written.path.display().to_string();
            let values = [("rows", written.parts.into()), ("path", path.into())];
            desk.toasts.done(desk.words.with("history-exported", &values));
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => desk.toasts.error(error.explain(desk.words.0)),
    }
}
