//! Slow work that is no job of the engine (the system's file dialogs, folders), on a thread of its
//! own.

use crossbeam_channel::{Receiver, TryRecvError, bounded};

/// The result of a function that runs on a thread of its own. Dropping the task leaves the thread
/// to end by itself.
pub(super) struct BackgroundTask<T>(Receiver<T>);

impl<T: Default + Send + 'static> BackgroundTask<T> {
    /// Runs `work`, then has the window drawn again; `None` where the system gives no thread.
    pub(super) fn start(
        ctx: &egui::Context,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<Self> {
        let (sender, receiver) = bounded(1);
        let ctx = ctx.clone();
        let work = move || {
            let _is_received = sender.send(work());
            ctx.request_repaint();
        };
        let thread = std::thread::Builder::new().name("fettle-bg".into()).spawn(work);
        thread.is_ok().then_some(Self(receiver))
    }

    /// The result of the work once it is there; the default where the thread panicked.
    pub(super) fn poll(&self) -> Option<T> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(T::default()),
        }
    }
}
