//! Where to write a file: asked in the system's dialog, on a thread of its own.

use std::path::PathBuf;

use crossbeam_channel::{Receiver, TryRecvError, bounded};

/// A file being chosen.
pub(in crate::app) struct Saving(Receiver<Option<PathBuf>>);

impl Saving {
    /// Asks with this title; `name` is proposed. `None` where the system gives no thread.
    pub(in crate::app) fn ask(
        ctx: &egui::Context,
        title: String,
        name: &'static str,
    ) -> Option<Self> {
        let (answer, chosen) = bounded(1);
        let ctx = ctx.clone();
        let work = move || {
            let path = rfd::FileDialog::new().set_title(title).set_file_name(name).save_file();
            let _nobody_waits = answer.send(path);
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("fettle-save".into()).spawn(work);
        thread.is_ok().then_some(Self(chosen))
    }

    /// The file, once somebody chose: `Some(None)` for none.
    pub(in crate::app) fn poll(&self) -> Option<Option<PathBuf>> {
        match self.0.try_recv() {
            Ok(chosen) => Some(chosen),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(None),
        }
    }
}
