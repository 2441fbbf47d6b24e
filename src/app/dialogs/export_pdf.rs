//! Inspections on paper: as a PDF whose file a person chooses, or on the machine's printer. The engine does
//! it, a toast reports it.

use crate::dialogs::save_file::{PendingPath, save_as};
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{
    EngineError, ExportPdf, ExportedPdf, InspectionSelection, PrintInspections, PrintedInspections,
};

/// Exports and prints in progress: at most one file dialog, any number of files being written.
#[derive(Default)]
pub(crate) struct PdfExport {
    choosing: Option<(InspectionSelection, PendingPath)>,
    writing: Vec<Task<ExportedPdf>>,
    printing: Vec<Task<PrintedInspections>>,
}

impl PdfExport {
    /// Opens the file dialog for these inspections, unless one is open.
    pub(crate) fn choose_file(
        &mut self,
        ctx: &egui::Context,
        cx: &TabContext<'_>,
        which: InspectionSelection,
    ) {
        if self.choosing.is_some() {
            return;
        }
        let name = match &which {
            InspectionSelection::Ids(ids) => match ids.as_slice() {
                [id] => format!("fettle-{id}.pdf"),
                _ => "fettle.pdf".to_owned(),
            },
            InspectionSelection::Filtered(_) => "fettle.pdf".to_owned(),
        };
        let saving = save_as(ctx, cx.text("command-save-pdf"), name);
        self.choosing = saving.map(|saving| (which, saving));
    }

    /// Starts to print these inspections.
    pub(crate) fn print(&mut self, cx: &mut TabContext<'_>, which: InspectionSelection) {
        self.printing.extend(cx.start(PrintInspections::new(which)));
    }

    /// Starts to write once a file is chosen, and reports the files written.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        if let Some(chosen) = self.choosing.as_ref().and_then(|(_, saving)| saving.poll())
            && let Some((which, _)) = self.choosing.take()
            && let Some(path) = chosen
        {
            self.writing.extend(cx.start(ExportPdf { which, path }));
        }
        self.writing.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                toast_written(answer, cx);
                false
            }
        });
        self.printing.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                toast_printed(answer, cx);
                false
            }
        });
    }
}

fn toast_written(answer: Result<ExportedPdf, EngineError>, cx: &mut TabContext<'_>) {
    match answer {
        Ok(written) => {
            let path = written.path.display().to_string();
            let values = [("rows", written.parts.into()), ("path", path.into())];
            let mut said = cx.localizer.with("history-exported", &values);
            if !written.missing_letters.is_empty() {
                let letters = [("letters", written.missing_letters.into())];
                said = format!("{said}\n{}", cx.localizer.with("pdf-missing-letters", &letters));
            }
            cx.toasts.done(said);
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
    }
}

fn toast_printed(answer: Result<PrintedInspections, EngineError>, cx: &mut TabContext<'_>) {
    match answer {
        Ok(printed) => {
            let values = [("rows", printed.parts.into()), ("said", printed.said.into())];
            let mut said = cx.localizer.with("print-sent", &values);
            if !printed.missing_letters.is_empty() {
                let letters = [("letters", printed.missing_letters.into())];
                said = format!("{said}\n{}", cx.localizer.with("pdf-missing-letters", &letters));
            }
            cx.toasts.done(said);
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
    }
}
