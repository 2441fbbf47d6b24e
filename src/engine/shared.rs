//! The state that all jobs of one engine share.

use std::sync::{Arc, Mutex, PoisonError};

use super::asker::Asker;
use super::devices::Placement;
use super::error::{EngineError, Result};
use super::lane::Lane;
use super::language_lane::LanguageLane;
use super::options::EngineOptions;
use super::protocol::Stopwatch;
use super::residency::LoadedModels;
use super::server::connect;
use super::sign_in_attempts::SignInAttempts;
use super::user::user_name;
use super::vision_lane::VisionLane;
use super::workspace_files::WorkspaceFiles;
use fettle_domain::{Actor, CancelToken, Language, ModelId, ModelRole, RemoteModel, Role, Via};
use fettle_library::{Library, LibraryError};
use fettle_models::roles::{ChatModel, VisionChatModel};
use fettle_models::store::ModelStore;
use fettle_settings::{Settings, Workspace};

/// The library lane's state: opened by the first job that needs the library, so that jobs that do
/// not (models, doctor) work beside a damaged one.
type LibraryLane = Option<Library>;

/// The workspace, the settings, the model store and the lanes of one engine.
pub(crate) struct Shared {
    pub(crate) workspace: WorkspaceFiles,
    /// Of reports and messages.
    report_language: Mutex<Language>,
    pub(crate) store: ModelStore,
    /// Where a lane's next state computes.
    placement: Arc<Mutex<Placement>>,
    /// Which networks the lanes hold.
    pub(crate) loaded: LoadedModels,
    pub(crate) allow_gpu: bool,
    settings: Mutex<Settings>,
    /// The user of this machine.
    machine_user: String,
    /// The way that requests come which name nobody.
    via: Mutex<Via>,
    /// The person who is signed in; `None`: such requests are the machine's user's.
    signed_in: Mutex<Option<Actor>>,
    sign_in_attempts: Mutex<SignInAttempts>,
    vision: Lane<VisionLane>,
    language: Lane<LanguageLane>,
    library: Lane<LibraryLane>,
}

impl Shared {
    pub(crate) fn start(
        workspace: Workspace,
        settings: Settings,
        options: EngineOptions,
    ) -> Result<Self> {
        let store = ModelStore::new(workspace.models_dir())?;
        if let Some(threads) = settings.threads {
            // More threads than cores only wait for each other.
            let threads = threads.min(cores());
            // The pool is the process's: the first engine decides.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
            if let Err(error) = pool {
                tracing::warn!(%error, threads, "the number of threads stays as it is");
            }
        }
        let placement = Placement::choose(options.allow_gpu, settings.device);
        let placement = Arc::new(Mutex::new(placement));
        let loaded = LoadedModels::default();
        let vision = {
            let (store, placement) = (store.clone(), Arc::clone(&placement));
            let loaded = loaded.clone();
            Lane::start("vision", move || {
                VisionLane::new(store.clone(), current(&placement).vision, &loaded)
            })
        };
        let language = {
            let (store, placement) = (store.clone(), Arc::clone(&placement));
            let loaded = loaded.clone();
            Lane::start("language", move || {
                LanguageLane::new(store.clone(), current(&placement).language, &loaded)
            })
        };
        Ok(Self {
            vision: vision.map_err(EngineError::NoThread)?,
            language: language.map_err(EngineError::NoThread)?,
            library: Lane::start("library", || None).map_err(EngineError::NoThread)?,
            machine_user: user_name(),
            via: Mutex::new(Via::Cli),
            signed_in: Mutex::default(),
            sign_in_attempts: Mutex::default(),
            settings: Mutex::new(settings),
            workspace: WorkspaceFiles::new(workspace),
            report_language: Mutex::new(options.language),
            store,
            placement,
            loaded,
            allow_gpu: options.allow_gpu,
        })
    }

    /// Where the lanes compute.
    pub(crate) fn placement(&self) -> Placement {
        current(&self.placement)
    }

    /// Has the lanes compute on the device that the settings prefer, from their next call on.
    pub(crate) fn apply_device_preference(&self) -> Result<()> {
        let chosen = Placement::choose(self.allow_gpu, self.settings().device);
        if chosen.is_same(&self.placement()) {
            return Ok(());
        }
        *self.placement.lock().unwrap_or_else(PoisonError::into_inner) = chosen;
        self.vision.renew()?;
        Ok(self.language.renew()?)
    }

    /// Runs `work` on the vision lane, unless `cancel` is raised first; the same for the others.
    pub(crate) fn vision<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        work: impl FnOnce(&mut VisionLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.vision.call(cancel, work)?
    }

    /// Runs `work` on the language lane.
    pub(crate) fn language<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        work: impl FnOnce(&mut LanguageLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.language.call(cancel, work)?
    }

    /// Runs `work` with the chat model `model`: one of this machine on the language lane, one on a
    /// server on the calling thread, so that a slow server keeps no other job waiting. A server is
    /// asked anew for its model at each call.
    pub(crate) fn chat<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        model: ModelId,
        work: impl FnOnce(&mut dyn ChatModel, Stopwatch) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        match self.remote(ModelRole::Chat, &model) {
            Some(remote) => work(&mut connect(&remote)?, Stopwatch::default()),
            None => self.language(cancel, move |lane| {
                let mut watch = Stopwatch::default();
                let chat = lane.chat(&model, &mut watch)?;
                work(chat, watch)
            }),
        }
    }

    /// Runs `work` with the vision-language model `model`, like [`Self::chat`].
    pub(crate) fn vision_chat<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        model: ModelId,
        work: impl FnOnce(&mut dyn VisionChatModel, Stopwatch) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        match self.remote(ModelRole::VisionChat, &model) {
            Some(remote) => work(&mut connect(&remote)?, Stopwatch::default()),
            None => self.language(cancel, move |lane| {
                let mut watch = Stopwatch::default();
                let chat = lane.vision_chat(&model, &mut watch)?;
                work(chat, watch)
            }),
        }
    }

    /// Runs `work` on the library, which is opened where it is not open yet, and anew where it could only
    /// be opened to read before. Its changes are `actor`'s.
    pub(crate) fn library<R: Send + 'static>(
        &self,
        cancel: &CancelToken,
        actor: Actor,
        work: impl FnOnce(&mut Library) -> Result<R, LibraryError> + Send + 'static,
    ) -> Result<R> {
        let root = self.workspace.root().as_path().to_owned();
        let answer = self.library.call(cancel, move |lane| {
            let library = match lane {
                Some(library) => {
                    library.open_again();
                    library
                }
                None => lane.insert(Library::open(&root)?),
            };
            library.act_as(actor);
            work(library)
        })?;
        answer.map_err(EngineError::from)
    }

    /// Who asks for the jobs that name nobody: the person who is signed in, or the machine's user.
    pub(crate) fn asker(&self) -> Asker {
        match self.signed_in() {
            Some(actor) => Asker { actor, is_signed_in: true },
            None => Asker::named(self.nobody()),
        }
    }

    /// The person who is signed in, with the role that was in force when it was last looked at.
    pub(crate) fn signed_in(&self) -> Option<Actor> {
        self.signed_in.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The machine's user, at the window with the role that the settings give, on the command line as the
    /// owner of the files.
    fn nobody(&self) -> Actor {
        let via = *self.via.lock().unwrap_or_else(PoisonError::into_inner);
        let role = match via {
            Via::Window => self.settings().default_role,
            Via::Cli | Via::Server => Role::Admin,
        };
        Actor { name: self.machine_user.clone(), via, role }
    }

    /// Who has a job done as it begins. A person may have been removed, or given another role, since
    /// signing in, also by another process; one who was removed is signed out, and the job is the
    /// machine's user's. Where the library cannot be read, nobody could have changed it: the role stays.
    pub(crate) fn actor_now(&self, asker: Asker) -> Actor {
        let Asker { actor, is_signed_in: true } = asker else { return asker.actor };
        let name = actor.name.clone();
        let find = move |library: &mut Library| library.person(&name);
        let now = match self.library(&CancelToken::default(), actor.clone(), find) {
            Ok(Some(person)) if person.role == actor.role => return actor,
            Ok(person) => person.map(|person| Actor { role: person.role, ..actor.clone() }),
            Err(error) => {
                tracing::warn!(%error, "whether a person may still sign in is unknown");
                return actor;
            }
        };
        let mut signed_in = self.signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        if signed_in.as_ref().is_some_and(|one| one.name == actor.name) {
            signed_in.clone_from(&now);
        }
        drop(signed_in);
        now.unwrap_or_else(|| self.nobody())
    }

    /// The name of this machine's user.
    pub(crate) fn machine_user(&self) -> &str {
        &self.machine_user
    }

    /// Says the way that requests come which name nobody.
    pub(crate) fn set_via(&self, via: Via) {
        *self.via.lock().unwrap_or_else(PoisonError::into_inner) = via;
    }

    /// Signs a person in, or out.
    pub(crate) fn set_signed_in(&self, person: Option<Actor>) {
        *self.signed_in.lock().unwrap_or_else(PoisonError::into_inner) = person;
    }

    /// Looks at the wrong PINs.
    pub(crate) fn sign_in_attempts<R>(&self, look: impl FnOnce(&mut SignInAttempts) -> R) -> R {
        look(&mut self.sign_in_attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the language of reports and messages.
    pub(crate) fn set_language(&self, language: Language) {
        *self.report_language.lock().unwrap_or_else(PoisonError::into_inner) = language;
    }

    /// The language of reports and messages.
    pub(crate) fn report_language(&self) -> Language {
        *self.report_language.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings as they are now.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the settings, on disk first, and returns them as they were and as they are, where they
    /// are others now.
    pub(crate) fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Option<[Settings; 2]>> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = settings.clone();
        change(&mut changed);
        changed.check()?;
        if changed == *settings {
            return Ok(None);
        }
        fettle_settings::write(&self.workspace.settings_path(), &changed)?;
        let before = std::mem::replace(&mut *settings, changed.clone());
        Ok(Some([before, changed]))
    }

    /// Which model fills `role`: one on a server, the settings' own choice, or their profile's.
    pub(crate) fn model_for(&self, role: ModelRole) -> Result<ModelId> {
        self.chosen_for(role)?.ok_or_else(|| {
            EngineError::Models(fettle_models::ModelsError::Unknown {
                wanted: role.to_string(),
                known: self.settings().profile,
            })
        })
    }

    /// Which model fills `role`, where that may be none.
    pub(crate) fn chosen_for(&self, role: ModelRole) -> Result<Option<ModelId>> {
        let settings = self.settings();
        if let Some(remote) = settings.remote.get(&role) {
            return Ok(Some(remote.id()));
        }
        if let Some(model) = settings.models.get(&role) {
            return Ok(Some(model.clone()));
        }
        Ok(self.store.manifest().profile(&settings.profile)?.models.get(&role).cloned())
    }

    /// The model on a server that is called `model` and fills `role`; `None` for a model of this
    /// machine.
    fn remote(&self, role: ModelRole, model: &ModelId) -> Option<RemoteModel> {
        self.settings().remote.remove(&role).filter(|remote| remote.id() == *model)
    }
}

/// Number of the machine's cores that this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn current(placement: &Mutex<Placement>) -> Placement {
    placement.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
