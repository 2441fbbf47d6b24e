//! A check of the computer and the workspace for missing requirements.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::devices::Placement;
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use crate::shared::Shared;
use fettle_domain::{DefectCode, Language, ModelId, ModelRole, ProductCode, RemoteModel, Role};
use fettle_library::{Counts, Library, LibraryError, RenamedCode};
use fettle_models::store::ModelState;

/// Checks everything that Fettle needs.
#[derive(Debug, Clone, Copy)]
pub struct Doctor;

/// Result of [`Doctor`].
#[derive(Debug, Clone, Serialize)]
pub struct DoctorReport {
    /// Version of Fettle.
    pub version: String,
    /// Instruction sets of the CPU that the kernels use.
    pub cpu: Vec<String>,
    /// Number of compute threads.
    pub threads: usize,
    /// Memory of the computer, in bytes, where known.
    pub memory_bytes: Option<u64>,
    /// Device of the vision lane: `cpu`, `cuda:0`.
    pub vision_device: String,
    /// Device of the language lane.
    pub language_device: String,
    /// A font with Hangul.
    pub korean_font: Option<String>,
    /// Path of the workspace.
    pub workspace: String,
    /// Path of the models directory.
    pub models_dir: String,
    /// The profile in the settings.
    pub profile: String,
    /// Model of each role, and whether its files are complete.
    pub models: Vec<(ModelRole, ModelId, bool)>,
    /// Optional roles without a model.
    pub unfilled: Vec<ModelRole>,
    /// Roles with a model on a server, which receives the prompts.
    pub remote: BTreeMap<ModelRole, RemoteModel>,
    /// Counts of the library; `None` where the library cannot be opened.
    pub library: Option<DoctorCounts>,
    /// Products and defect types that were renamed, since others looked the same.
    pub renamed: Vec<DoctorRenamed>,
    /// Missing requirements.
    #[serde(rename = "lacks")]
    pub missing: Vec<MissingRequirement>,
}

/// A product or defect type that was renamed, since another one looked the same.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorRenamed {
    /// The product.
    pub product: ProductCode,
    /// The defect type; `None`: the product was renamed.
    pub defect: Option<DefectCode>,
    /// The look that both had.
    pub looked: String,
}

impl From<RenamedCode> for DoctorRenamed {
    fn from(RenamedCode { product, defect, looked }: RenamedCode) -> Self {
        Self { product, defect, looked }
    }
}

/// Counts of the library, for JSON.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DoctorCounts {
    /// Products.
    pub products: u64,
    /// Normal images.
    pub normal_images: u64,
    /// Defect images.
    pub defect_images: u64,
    /// Manuals in force.
    pub manuals: u64,
    /// Inspected parts.
    pub parts: u64,
}

impl From<Counts> for DoctorCounts {
    fn from(counts: Counts) -> Self {
        Self {
            products: counts.products,
            normal_images: counts.normal_images,
            defect_images: counts.defect_images,
            manuals: counts.manuals,
            parts: counts.parts,
        }
    }
}

/// A missing requirement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "lack")]
pub enum MissingRequirement {
    /// The files of a role's model are missing or incomplete.
    Model {
        /// The role.
        role: ModelRole,
        /// The model.
        model: ModelId,
    },
    /// There is no font with Hangul.
    KoreanFont,
    /// No product is registered.
    Products,
    /// The inspection area of a product changed since the fit of its bank.
    Refit {
        /// The product.
        product: ProductCode,
    },
    /// The library cannot be opened, or its database is damaged.
    Library {
        /// The problem and what to do, in the language of messages.
        message: String,
    },
}

impl Request for Doctor {
    type Answer = DoctorReport;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "doctor"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<DoctorReport> {
        let shared = &job.shared;
        let remote = shared.settings().remote;
        let LookedAtModels { models, unfilled, mut missing } = look_at_models(shared)?;
        let korean_font = fettle_demo::korean_font();
        if korean_font.is_none() {
            missing.push(MissingRequirement::KoreanFont);
        }
        let language = shared.report_language();
        let mut renamed = Vec::new();
        // Not on the library's lane, which would make, migrate or lock the workspace.
        let read = read_library(shared.workspace.root().as_path());
        job.check()?;
        let library = match read {
            Ok(None) => {
                missing.push(MissingRequirement::Products);
                None
            }
            Ok(Some(found)) => {
                renamed.extend(found.renamed.into_iter().map(DoctorRenamed::from));
                missing.extend(
                    (found.to_refit.into_iter())
                        .map(|product| MissingRequirement::Refit { product }),
                );
                if found.counts.products == 0 {
                    missing.push(MissingRequirement::Products);
                }
                if let Some(error) = found.damage {
                    let message = damage_message(error, language);
                    missing.push(MissingRequirement::Library { message });
                }
                Some(found.counts.into())
            }
            Err(error) => {
                let message = EngineError::from(error).explain(language);
                missing.push(MissingRequirement::Library { message });
                None
            }
        };
        Ok(DoctorReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cpu: cpu_features(),
            threads: rayon::current_num_threads(),
            memory_bytes: memory_bytes(),
            vision_device: Placement::describe(&shared.placement().vision),
            language_device: Placement::describe(&shared.placement().language),
            korean_font,
            workspace: shared.workspace.root().to_string(),
            models_dir: shared.store.dir().display().to_string(),
            profile: shared.settings().profile,
            models,
            unfilled,
            remote,
            library,
            renamed,
            missing,
        })
    }
}

/// The models of this machine.
pub(super) struct LookedAtModels {
    models: Vec<(ModelRole, ModelId, bool)>,
    unfilled: Vec<ModelRole>,
    pub(super) missing: Vec<MissingRequirement>,
}

/// Looks whether the files of each role's model are there.
pub(super) fn look_at_models(shared: &Shared) -> Result<LookedAtModels> {
    let remote = shared.settings().remote;
    let (mut models, mut unfilled, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for role in ModelRole::ALL {
        if remote.contains_key(&role) {
            continue;
        }
        let model = match shared.chosen_for(role)? {
            Some(model) => model,
            None if role.is_optional() => {
                unfilled.push(role);
                continue;
            }
            None => shared.model_for(role)?,
        };
        let is_present =
            shared.store.state(shared.store.manifest().model(&model)?) == ModelState::Present;
        if !is_present {
            missing.push(MissingRequirement::Model { role, model: model.clone() });
        }
        models.push((role, model, is_present));
    }
    Ok(LookedAtModels { models, unfilled, missing })
}

/// What the catalogue of a workspace says.
struct LookedAt {
    counts: Counts,
    to_refit: Vec<ProductCode>,
    renamed: Vec<RenamedCode>,
    /// What is wrong with a database that can be read all the same.
    damage: Option<LibraryError>,
}

/// Reads the catalogue without changing anything; `None` where there is none.
fn read_library(root: &Path) -> Result<Option<LookedAt>, LibraryError> {
    let Some(library) = Library::look(root)? else { return Ok(None) };
    Ok(Some(LookedAt {
        counts: library.counts()?,
        to_refit: products_to_refit(&library)?,
        renamed: library.renamed_codes()?,
        damage: library.check_integrity().err(),
    }))
}

/// The damage of a database that can still be opened, and what to do.
fn damage_message(error: LibraryError, language: Language) -> String {
    match error {
        LibraryError::CorruptDatabase { path, why } => {
            let values = [("path", path.display().to_string().into()), ("reason", why.into())];
            fettle_i18n::text_with(language, "doctor-library-damaged", &values)
        }
        other => EngineError::from(other).explain(language),
    }
}

/// Products whose inspection area changed since the fit of their bank.
fn products_to_refit(library: &Library) -> Result<Vec<ProductCode>, LibraryError> {
    let mut to_refit = Vec::new();
    for product in library.products()? {
        let Some(bank) = library.active_bank(&product.code)? else { continue };
        if bank.area != library.inspection_area(&product.code)?.hash {
            to_refit.push(product.code);
        }
    }
    Ok(to_refit)
}

#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<String> {
    [
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("f16c", std::arch::is_x86_feature_detected!("f16c")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ("avx512bf16", std::arch::is_x86_feature_detected!("avx512bf16")),
        ("avx512vnni", std::arch::is_x86_feature_detected!("avx512vnni")),
    ]
    .into_iter()
    .filter(|(_, has)| *has)
    .map(|(name, _)| name.to_owned())
    .collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_features() -> Vec<String> {
    vec![std::env::consts::ARCH.to_owned()]
}

/// Memory of the computer from `/proc/meminfo`; `None` on other systems than Linux.
fn memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{AddProduct, Engine, EngineOptions};
    use fettle_domain::Product;
    use fettle_settings::{Settings, Workspace};

    const CODE: &str = "casting-of-aluminium";

    fn diagnose(root: PathBuf, language: Language) -> DoctorReport {
        let options = EngineOptions { allow_gpu: false, language };
        let engine = Engine::start(Workspace::at(root), Settings::default(), options).unwrap();
        engine.submit(Doctor).unwrap().wait(|_| {}).unwrap()
    }

    fn library_messages(report: &DoctorReport) -> Vec<&str> {
        let mut messages = Vec::new();
        for missing in &report.missing {
            if let MissingRequirement::Library { message } = missing {
                messages.push(message.as_str());
            }
        }
        messages
    }

    /// A workspace with a product, on a database closed by its engine.
    fn workspace(dir: &Path) -> PathBuf {
        let workspace = Workspace::at(dir.join("workspace"));
        workspace.create().unwrap();
        let root = workspace.root().to_owned();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        let product = Product { code: CODE.parse().unwrap(), name_ko, name_en };
        engine.submit(AddProduct(product)).unwrap().wait(|_| {}).unwrap();
        root
    }

    #[test]
    fn a_damaged_database_that_still_opens_is_reported_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let root = workspace(dir.path());
        let sound = diagnose(root.clone(), Language::En);
        assert_eq!(library_messages(&sound), [""; 0]);

        // The code in the table no longer matches the code in the index of the table.
        let path = root.join("data/fettle.db");
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(CODE.len()).position(|part| part == CODE.as_bytes()).unwrap();
        bytes[at] = b'k';
        std::fs::write(&path, bytes).unwrap();
        for (language, advice) in [(Language::En, "Keep a copy"), (Language::Ko, "사본")] {
            let report = diagnose(root.clone(), language);
            let [message] = library_messages(&report)[..] else { panic!("{report:?}") };
            for part in ["fettle.db", "fettle library scan", advice] {
                assert!(message.contains(part), "{message}");
            }
            assert_eq!(report.library.map(|counts| counts.products), Some(1));
        }
    }

    #[test]
    fn a_database_that_cannot_be_opened_does_not_end_the_check() {
        let dir = tempfile::tempdir().unwrap();
        let root = workspace(dir.path());
        std::fs::write(root.join("data/fettle.db"), "no database".repeat(200)).unwrap();
        let report = diagnose(root, Language::En);
        let [message] = library_messages(&report)[..] else { panic!("{report:?}") };
        assert!(message.contains("fettle library scan"), "{message}");
        assert!(report.library.is_none() && !report.models.is_empty());
    }
}
