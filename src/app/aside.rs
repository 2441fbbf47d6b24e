//! What may take its time and is no job of the engine (the system's dialogs, folders), on a thread
//! of its own.

use crossbeam_channel::{Receiver, TryRecvError, bounded};

/// Something being found out. Dropping it lets the thread end unheard.
pub(super) struct Aside<T>(Receiver<T>);

impl<T: Default + Send + 'static> Aside<T> {
    /// Begins, and has the window drawn once it is done; `None` where the system gives no thread.
    pub(super) fn start(
        ctx: &egui::Context,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<Self> {
        let (answer, answered) = bounded(1);
        let ctx = ctx.clone();
        let work = move || {
            let _nobody_waits = answer.send(work());
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("fettle-aside".into()).spawn(work);
        thread.is_ok().then_some(Self(answered))
    }

    /// What came of it, once it is there: nothing where the thread panicked.
    pub(super) fn poll(&self) -> Option<T> {
        match self.0.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(T::default()),
        }
    }
}
