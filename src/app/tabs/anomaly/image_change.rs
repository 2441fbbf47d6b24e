//! Removing a suspicious normal image, or moving it to a defect: it is looked up first.

use egui::Context;

use super::suspicious_normals::Wanted;
use crate::command::Command;
use crate::dialogs::Dialog as _;
use crate::dialogs::remove_images::RemoveImagesDialog;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{ImageLabel, RegisteredImage};
use fettle_engine::FindImages;

/// The image that is looked up with its new label, `None` for one that goes; and the question before it
/// goes.
#[derive(Default)]
pub(super) struct ImageChange {
    finding: Option<(Task<Vec<RegisteredImage>>, Option<ImageLabel>)>,
    removing: Option<RemoveImagesDialog>,
}

impl ImageChange {
    /// Looks the image up that is to be changed. A look at one changes nothing.
    pub(super) fn begin(&mut self, cx: &mut TabContext<'_>, wanted: Wanted) {
        let (path, label) = match wanted {
            Wanted::Look(_) => return,
            Wanted::Remove(path) => (path, None),
            Wanted::Move(path, label) => (path, Some(label)),
        };
        let path = cx.engine.workspace().file(&path);
        let task = cx.start(FindImages { paths: vec![path] });
        self.finding = task.map(|task| (task, label));
    }

    /// Takes the image that was looked up.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        let Some(answer) = self.finding.as_ref().and_then(|(task, _)| task.poll()) else { return };
        let label = self.finding.take().and_then(|(_, label)| label);
        match (answer, label) {
            (Err(error), _) => cx.toasts.error(error.explain(cx.localizer.language)),
            (Ok(images), None) => self.removing = Some(RemoveImagesDialog::new(images)),
            (Ok(images), Some(label)) => {
                let ids = images.into_iter().map(|image| image.id).collect();
                cx.send(Command::MoveImages(ids, label));
            }
        }
    }

    /// Shows the question before the image goes.
    pub(super) fn dialog(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        if let Some(dialog) = &mut self.removing
            && !dialog.show(ctx, cx)
        {
            self.removing = None;
        }
    }
}
