//! One long change of a product's bank at a time, whoever makes it: the second waits and says so.

use std::time::Duration;

use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::JobContext;
use fettle_domain::{ProductCode, Progress};
use fettle_library::BANK_LOCK_NAME;
use fettle_system::{LockFile, create_folders};

/// Pause between two attempts.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The right to change a product's bank, held until dropped. The system takes it back from a process
/// that dies.
#[derive(Debug)]
pub(super) struct ProductLock {
    _locked: LockFile,
}

impl ProductLock {
    /// Waits until nobody else, in this program or another, makes a bank of `product`.
    ///
    /// # Errors
    /// [`EngineError::UnknownProduct`], before anything is made for it; [`EngineError::Cancelled`] while waiting; [`EngineError::File`] where the banks' folder
    /// cannot be written.
    pub(super) fn acquire(job: &JobContext, product: &ProductCode) -> Result<Self> {
        require_product(job, product)?;
        let folder = job.shared.workspace.banks_dir().join(product.as_str());
        let path = folder.join(BANK_LOCK_NAME);
        let failed = |source| EngineError::File { path: path.clone(), source };
        create_folders(&folder).map_err(failed)?;
        let file = LockFile::create(&path).map_err(failed)?;
        while !file.try_exclusive().map_err(failed)? {
            job.check()?;
            let (subject, step) = (product.to_string(), "progress-bank-wait");
            job.sink.report(Progress { step, subject, done: 0, total: None });
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(Self { _locked: file })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::protocol::{JobUpdate, NoEvent, Request};
    use crate::{AddProduct, Engine, EngineOptions};
    use fettle_domain::{Language, Product, Role};
    use fettle_settings::{Settings, Workspace};

    /// Holds the lock until it is told to let go.
    struct Hold {
        taken: Sender<()>,
        release: Receiver<()>,
    }

    impl Request for Hold {
        type Answer = ();
        type Event = NoEvent;

        fn name(&self) -> &'static str {
            "hold"
        }

        fn role(&self) -> Role {
            Role::Operator
        }

        fn run(self, job: &JobContext) -> Result<()> {
            let product = "casting".parse().unwrap();
            let _lock = ProductLock::acquire(job, &product)?;
            self.taken.send(()).unwrap();
            let _told = self.release.recv();
            Ok(())
        }
    }

    #[test]
    fn the_second_waits_with_a_word_and_can_be_cancelled() {
        let dir = tempfile::tempdir().unwrap();
        let engine = || {
            let options = EngineOptions { allow_gpu: false, language: Language::Ko };
            Engine::start(Workspace::at(dir.path()), Settings::default(), options).unwrap()
        };
        let hold = |engine: &Engine| {
            let ((taken, is_taken), (let_go, release)) = (channel(), channel());
            (engine.submit(Hold { taken, release }).unwrap(), is_taken, let_go)
        };
        // Engines share nothing but the folder, as processes do.
        let (one, two) = (engine(), engine());
        // For a product that nobody registered nothing is made.
        let (unknown, _, _let_go) = hold(&one);
        assert!(matches!(unknown.wait(|_| {}), Err(EngineError::UnknownProduct(_))));
        assert!(!dir.path().join("data/banks/casting").exists());
        let (name_ko, name_en) = ("주조".to_owned(), "casting".to_owned());
        let product = Product { code: "casting".parse().unwrap(), name_ko, name_en };
        one.submit(AddProduct(product)).unwrap().wait(|_| {}).unwrap();
        let (first, is_taken, let_first_go) = hold(&one);
        is_taken.recv().unwrap();

        let (cancelled, _, _let_go) = hold(&one);
        cancelled.cancel_token().cancel();
        assert!(matches!(cancelled.wait(|_| {}), Err(EngineError::Cancelled)));

        let (second, second_has_it, let_second_go) = hold(&two);
        let mut said = Vec::new();
        let_second_go.send(()).unwrap();
        second
            .wait(|update| {
                let JobUpdate::Progress(progress) = update;
                assert!(second_has_it.try_recv().is_err(), "both have it");
                said.push((progress.step, progress.subject));
                let _ended = let_first_go.send(());
            })
            .unwrap();
        first.wait(|_| {}).unwrap();
        assert_eq!(said[0], ("progress-bank-wait", "casting".to_owned()));
        second_has_it.recv().unwrap();
    }
}
