//! What all jobs of one engine share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::devices::Placement;
use super::error::{EngineError, Result};
use super::lanes::Lane;
use super::language_lane::{LanguageLane, RemoteOf};
use super::vision_lane::VisionLane;
use super::{EngineOptions, error};
use fettle_domain::{Language, ModelId, ModelRole, RemoteModel};
use fettle_library::{Library, LibraryError};
use fettle_models::store::ModelStore;
use fettle_settings::{Settings, Workspace};

/// The library lane's state: opened by the first job that needs it, so that those that do
/// not (models, doctor) work beside a damaged one.
type LibraryLane = Option<Library>;

pub(super) struct Shared {
    pub(super) workspace: Workspace,
    /// Of reports and messages.
    words: Mutex<Language>,
    pub(super) store: ModelStore,
    /// Where a lane's next state computes.
    placement: Arc<Mutex<Placement>>,
    pub(super) allow_gpu: bool,
    settings: Arc<Mutex<Settings>>,
    vision: Lane<VisionLane>,
    language: Lane<LanguageLane>,
    library: Lane<LibraryLane>,
}

impl Shared {
    pub(super) fn start(
        workspace: Workspace,
        settings: Settings,
        options: EngineOptions,
    ) -> Result<Self> {
        let store = ModelStore::new(workspace.models_dir())?;
        if let Some(threads) = settings.threads {
            // The pool is the process's: the first engine decides.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
            if let Err(error) = pool {
                tracing::warn!(%error, threads, "the number of threads stays as it is");
            }
        }
        let placement = Placement::choose(options.allow_gpu, settings.device);
        let placement = Arc::new(Mutex::new(placement));
        let settings = Arc::new(Mutex::new(settings));
        let vision = {
            let (store, placement) = (store.clone(), Arc::clone(&placement));
            Lane::start("vision", move || VisionLane::new(store.clone(), now(&placement).vision))
        };
        let language = {
            let (store, placement) = (store.clone(), Arc::clone(&placement));
            let settings = Arc::clone(&settings);
            let remote = move |role, id: &ModelId| remote_of(&settings, role, id);
            let remote: RemoteOf = Arc::new(remote);
            let make = move || {
                LanguageLane::new(store.clone(), now(&placement).language, Arc::clone(&remote))
            };
            Lane::start("language", make)
        };
        Ok(Self {
            vision: vision.map_err(no_thread)?,
            language: language.map_err(no_thread)?,
            library: Lane::start("library", || None).map_err(no_thread)?,
            settings,
            workspace,
            words: Mutex::new(options.language),
            store,
            placement,
            allow_gpu: options.allow_gpu,
        })
    }

    /// Where the lanes compute.
    pub(super) fn placement(&self) -> Placement {
        now(&self.placement)
    }

    /// Has the lanes compute where the settings say, from their next call on.
    pub(super) fn place_anew(&self) -> Result<()> {
        let chosen = Placement::choose(self.allow_gpu, self.settings().device);
        if chosen.is_same(&self.placement()) {
            return Ok(());
        }
        *self.placement.lock().unwrap_or_else(PoisonError::into_inner) = chosen;
        self.vision.renew()?;
        Ok(self.language.renew()?)
    }

    /// Runs `work` on the vision lane.
    pub(super) fn vision<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut VisionLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.vision.call(work)?
    }

    /// Runs `work` on the language lane.
    pub(super) fn language<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut LanguageLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.language.call(work)?
    }

    /// Runs `work` on the library, which is opened if it is not.
    pub(super) fn library<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Library) -> Result<R, LibraryError> + Send + 'static,
    ) -> Result<R> {
        let root = self.workspace.root().to_owned();
        let answer = self.library.call(move |lane| {
            let library = match lane {
                Some(library) => library,
                None => lane.insert(Library::open(&root)?),
            };
            work(library)
        })?;
        answer.map_err(EngineError::from)
    }

    /// The language of reports and messages from now on.
    pub(super) fn set_language(&self, language: Language) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = language;
    }

    pub(super) fn language_of_text(&self) -> Language {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings as they are now.
    pub(super) fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the settings, on disk first.
    pub(super) fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = settings.clone();
        change(&mut changed);
        changed.check()?;
        if changed != *settings {
            fettle_settings::write(&self.workspace.settings_path(), &changed)?;
            *settings = changed;
        }
        Ok(())
    }

    /// Which model fills `role`: one on a server, the settings' own choice, or their profile's.
    pub(super) fn model_for(&self, role: ModelRole) -> Result<ModelId> {
        self.chosen_for(role)?.ok_or_else(|| {
            EngineError::Models(fettle_models::ModelsError::Unknown {
                wanted: role.to_string(),
                known: self.settings().profile,
            })
        })
    }

    /// The same for a role that may be empty.
    pub(super) fn chosen_for(&self, role: ModelRole) -> Result<Option<ModelId>> {
        let settings = self.settings();
        if let Some(remote) = settings.remote.get(&role) {
            return Ok(Some(remote.id()));
        }
        if let Some(model) = settings.models.get(&role) {
            return Ok(Some(model.clone()));
        }
        Ok(self.store.manifest().profile(&settings.profile)?.models.get(&role).cloned())
    }
}

/// The model on a server that is called `id` and fills `role`, where there is one.
fn remote_of(settings: &Mutex<Settings>, role: ModelRole, id: &ModelId) -> Option<RemoteModel> {
    let settings = settings.lock().unwrap_or_else(PoisonError::into_inner);
    settings.remote.get(&role).filter(|remote| remote.id() == *id).cloned()
}

fn now(placement: &Mutex<Placement>) -> Placement {
    placement.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The system gave no thread.
pub(super) fn no_thread(source: std::io::Error) -> error::EngineError {
    EngineError::File { path: PathBuf::from("thread"), source }
}
