//! The folders of a workspace: `models/`, `data/` and `manual_store/`, in the layout of the system
//! that Fettle replaces, so that its data can be used in place.

use std::path::{Path, PathBuf};

use super::{Result, SettingsError};

/// A directory with models, registered images, manuals and results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
    models: PathBuf,
}

/// Environment variables and directories that [`Workspace::locate`] depends on.
#[derive(Debug, Default)]
struct Environment {
    workspace: Option<PathBuf>,
    models: Option<PathBuf>,
    current: Option<PathBuf>,
    data: Option<PathBuf>,
}

impl Workspace {
    /// The workspace in `root`, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self { models: root.join("models"), root }
    }

    /// Finds the workspace: `arg` (from `--workspace`), else `FETTLE_WORKSPACE`, else the
    /// checkout of Fettle around the current directory, else the platform's data directory.
    /// `FETTLE_MODELS`, if set, is the folder of its models.
    ///
    /// # Errors
    /// [`SettingsError::NoWorkspace`] where the platform names no data directory.
    pub fn locate(arg: Option<&Path>) -> Result<Self> {
        let set = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        Self::locate_from(
            arg,
            Environment {
                workspace: set("FETTLE_WORKSPACE"),
                models: set("FETTLE_MODELS"),
                current: std::env::current_dir().ok(),
                data: directories::ProjectDirs::from("", "", "fettle")
                    .map(|dirs| dirs.data_dir().to_owned()),
            },
        )
    }

    fn locate_from(arg: Option<&Path>, environment: Environment) -> Result<Self> {
        let checkout =
            |current: &Path| current.ancestors().find(|dir| is_checkout(dir)).map(Path::to_owned);
        let root = arg
            .map(Path::to_owned)
            .or(environment.workspace)
            .or_else(|| environment.current.as_deref().and_then(checkout))
            .or(environment.data)
            .ok_or(SettingsError::NoWorkspace)?;
        let mut workspace = Self::at(absolute(root)?);
        if let Some(models) = environment.models {
            workspace.models = absolute(models)?;
        }
        Ok(workspace)
    }

    /// The workspace with `dir` as its folder of models.
    #[must_use]
    pub fn with_models(self, dir: &Path) -> Self {
        Self { models: dir.to_owned(), ..self }
    }

    /// Creates the missing directories.
    ///
    /// # Errors
    /// [`SettingsError::Io`] for a directory that cannot be created.
    pub fn create(&self) -> Result<()> {
        for dir in [
            self.models_dir(),
            &self.defect_images_dir(),
            &self.normal_images_dir(),
            &self.uploads_dir(),
            &self.banks_dir(),
            &self.index_dir(),
            &self.manuals_dir(),
        ] {
            fettle_system::create_folders(dir).map_err(SettingsError::io(dir))?;
        }
        Ok(())
    }

    /// The root directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Files of models: `models/`, or the folder in `FETTLE_MODELS`.
    pub fn models_dir(&self) -> &Path {
        &self.models
    }

    /// The file at `path`, as the database names files: relative to the root, with `/`, and never
    /// outside of it.
    pub fn file(&self, path: impl AsRef<str>) -> PathBuf {
        fettle_domain::path_below(&self.root, path.as_ref())
    }

    /// `settings.json`.
    pub fn settings_path(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// `data/`.
    pub fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Images of known defects: `data/def_split/`, `<product>_<defect>_<n>.jpeg`.
    fn defect_images_dir(&self) -> PathBuf {
        self.data_dir().join("def_split")
    }

    /// Normal images by product, `<product>/ok/`: `data/patchCore/`.
    fn normal_images_dir(&self) -> PathBuf {
        self.data_dir().join("patchCore")
    }

    /// Copies of inspected images: `data/uploads/`.
    fn uploads_dir(&self) -> PathBuf {
        self.data_dir().join("uploads")
    }

    /// Memory banks: `data/banks/`.
    pub fn banks_dir(&self) -> PathBuf {
        self.data_dir().join("banks")
    }

    /// Image indexes: `data/index/`.
    pub fn index_dir(&self) -> PathBuf {
        self.data_dir().join("index")
    }

    /// Manuals: `manual_store/`.
    pub fn manuals_dir(&self) -> PathBuf {
        self.root.join("manual_store")
    }

    /// Journal of the running jobs: `data/unfinished/`. Created when first needed.
    pub fn unfinished_dir(&self) -> PathBuf {
        self.data_dir().join("unfinished")
    }

    /// Files that jobs need for a while: `data/scratch/`. Created when first needed.
    pub fn scratch_dir(&self) -> PathBuf {
        self.data_dir().join("scratch")
    }

    /// What the server answered to requests that may be sent again: `answers/`. Created when first needed, in no
    /// back-up.
    pub fn answers_dir(&self) -> PathBuf {
        self.root.join("answers")
    }

    /// What the window and the server did: `data/logs/`. Created when first needed, in no back-up.
    pub fn logs_dir(&self) -> PathBuf {
        self.data_dir().join("logs")
    }

    /// Results that commands write for people: `out/`. Created when first needed.
    pub fn out_dir(&self) -> PathBuf {
        self.root.join("out")
    }
}

/// An absolute path, valid also after a change of the current directory.
fn absolute(path: PathBuf) -> Result<PathBuf> {
    std::path::absolute(&path).map_err(SettingsError::io(&path))
}

/// Whether `dir` is a checkout: it has `manual_store/` and the `Cargo.toml` of the package
/// `fettle`.
fn is_checkout(dir: &Path) -> bool {
    let Ok(manifest) = fettle_system::read_to_string(&dir.join("Cargo.toml"), 1 << 20) else {
        return false;
    };
    let is_name = |line: &str| {
        line.split_once('=').is_some_and(|(key, value)| {
            key.trim() == "name" && value.trim().trim_matches('"') == "fettle"
        })
    };
    dir.join("manual_store").is_dir() && manifest.lines().any(is_name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn checkout(dir: &Path) {
        fs::create_dir_all(dir.join("manual_store")).unwrap();
        fs::create_dir_all(dir.join("src/deep")).unwrap();
        fs::write(dir.join("Cargo.toml"), "[package]\nname = \"fettle\"\n").unwrap();
    }

    #[test]
    fn the_most_explicit_choice_wins() {
        let dir = tempfile::tempdir().unwrap();
        let repository = dir.path().join("repository");
        checkout(&repository);
        let other = dir.path().join("other");
        fs::create_dir_all(other.join("manual_store")).unwrap();
        fs::write(other.join("Cargo.toml"), "[package]\nname = \"fettle-tools\"\n").unwrap();
        let path = |name: &str| Some(PathBuf::from(name));

        // --workspace, FETTLE_WORKSPACE, current directory, platform; then the root.
        let deep = repository.join("src/deep");
        let cases = [
            (path("/arg"), path("/env"), Some(deep.clone()), path("/data"), path("/arg")),
            (None, path("/env"), Some(deep.clone()), path("/data"), path("/env")),
            (None, None, Some(deep), path("/data"), Some(repository.clone())),
            (None, None, Some(repository.clone()), path("/data"), Some(repository)),
            (None, None, Some(other), path("/data"), path("/data")),
            (None, None, None, path("/data"), path("/data")),
            (None, None, None, None, None),
        ];
        for (arg, workspace, current, data, expected) in cases {
            let said = format!("{arg:?} {workspace:?} {current:?} {data:?}");
            let environment = Environment { workspace, models: None, current, data };
            let found = Workspace::locate_from(arg.as_deref(), environment).ok();
            assert_eq!(found.map(|w| w.root().to_owned()), expected, "{said}");
        }
    }

    #[test]
    fn models_may_be_in_another_folder() {
        let environment = Environment { models: Some("/m".into()), ..Environment::default() };
        let workspace = Workspace::locate_from(Some(Path::new("/w")), environment).unwrap();
        assert_eq!(workspace.models_dir(), Path::new("/m"));
        assert_eq!(Workspace::at("/w").models_dir(), Path::new("/w/models"));
        let relative = Workspace::locate_from(Some(Path::new("w")), Environment::default());
        assert!(relative.unwrap().root().is_absolute());
    }

    #[test]
    fn the_layout_of_the_replaced_system_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("w"));
        workspace.create().unwrap();
        workspace.create().unwrap();
        for (path, expected) in [
            (workspace.defect_images_dir(), "data/def_split"),
            (workspace.normal_images_dir(), "data/patchCore"),
            (workspace.uploads_dir(), "data/uploads"),
            (workspace.banks_dir(), "data/banks"),
            (workspace.index_dir(), "data/index"),
            (workspace.manuals_dir(), "manual_store"),
            (workspace.settings_path(), "settings.json"),
            (workspace.out_dir(), "out"),
        ] {
            assert_eq!(path, workspace.root().join(expected));
        }
        for made in ["models", "data/def_split", "data/patchCore", "data/uploads", "manual_store"] {
            assert!(workspace.root().join(made).is_dir(), "{made}");
        }
    }
}
