//! What this machine and workspace have, and what is missing.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::devices::Placement;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{ModelId, ModelRole, ProductCode, RemoteModel};
use fettle_library::{Counts, Library, LibraryError};
use fettle_models::store::ModelState;

/// Looks at everything that Fettle needs.
#[derive(Debug, Clone, Copy)]
pub struct Doctor;

/// What was seen.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorReport {
    /// Fettle's version.
    pub version: String,
    /// Instruction sets of the CPU that speed the networks up.
    pub cpu: Vec<String>,
    /// Threads that compute.
    pub threads: usize,
    /// Memory of the machine, in bytes, where the system tells.
    pub memory_bytes: Option<u64>,
    /// Device of the vision lane: `cpu`, `cuda:0`.
    pub vision_device: String,
    /// Device of the language lane.
    pub language_device: String,
    /// A font with Korean letters.
    pub korean_font: Option<String>,
    /// The workspace.
    pub workspace: String,
    /// Where models are.
    pub models_dir: String,
    /// The profile in the settings.
    pub profile: String,
    /// Each role's model, and whether it is here.
    pub models: Vec<(ModelRole, ModelId, bool)>,
    /// Roles that nothing fills, and that nothing need fill.
    pub unfilled: Vec<ModelRole>,
    /// Roles that a model on a server fills: what it is asked leaves this program.
    pub remote: BTreeMap<ModelRole, RemoteModel>,
    /// What the library holds; `None` where it cannot be opened.
    pub library: Option<DoctorCounts>,
    /// What is missing.
    pub lacks: Vec<Lack>,
}

/// The library's counts, for JSON.
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
    /// Recorded inspections.
    pub inspections: u64,
}

impl From<Counts> for DoctorCounts {
    fn from(counts: Counts) -> Self {
        Self {
            products: counts.products,
            normal_images: counts.normal_images,
            defect_images: counts.defect_images,
            manuals: counts.manuals,
            inspections: counts.inspections,
        }
    }
}

/// Something that is missing.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "lack")]
pub enum Lack {
    /// A role's model is not here, or not whole.
    Model {
        /// The role it would fill.
        role: ModelRole,
        /// The model.
        model: ModelId,
    },
    /// No font has Korean letters.
    KoreanFont,
    /// Nothing is registered.
    Products,
    /// A product's inspection area was changed after its bank was fitted.
    Refit {
        /// The product.
        product: ProductCode,
    },
    /// The library cannot be opened.
    Library {
        /// Why, and what to do.
        message: String,
    },
}

impl Request for Doctor {
    type Answer = DoctorReport;

    fn name(&self) -> &'static str {
        "doctor"
    }

    fn run(self, job: &JobContext) -> Result<DoctorReport> {
        let shared = &job.shared;
        let mut lacks = Vec::new();
        let remote = shared.settings().remote;
        let (mut models, mut unfilled) = (Vec::new(), Vec::new());
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
            let here =
                shared.store.state(shared.store.manifest().model(&model)?) == ModelState::Present;
            if !here {
                lacks.push(Lack::Model { role, model: model.clone() });
            }
            models.push((role, model, here));
        }
        let korean_font = fettle_demo::korean_font();
        if korean_font.is_none() {
            lacks.push(Lack::KoreanFont);
        }
        let library = match shared.library(|library| Ok((library.counts()?, outdated(library)?))) {
            Ok((counts, outdated)) => {
                lacks.extend(outdated.into_iter().map(|product| Lack::Refit { product }));
                if counts.products == 0 {
                    lacks.push(Lack::Products);
                }
                Some(counts.into())
            }
            Err(error @ EngineError::Library(_)) => {
                lacks.push(Lack::Library { message: error.explain(shared.language_of_text()) });
                None
            }
            Err(other) => return Err(other),
        };
        Ok(DoctorReport {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cpu: cpu_features(),
            threads: rayon::current_num_threads(),
            memory_bytes: memory_bytes(),
            vision_device: Placement::describe(&shared.placement().vision),
            language_device: Placement::describe(&shared.placement().language),
            korean_font,
            workspace: shared.workspace.root().display().to_string(),
            models_dir: shared.store.dir().display().to_string(),
            profile: shared.settings().profile,
            models,
            unfilled,
            remote,
            library,
            lacks,
        })
    }
}

/// Products whose bank was fitted with another inspection area than they have now.
fn outdated(library: &Library) -> Result<Vec<ProductCode>, LibraryError> {
    let mut outdated = Vec::new();
    for product in library.products()? {
        let Some(bank) = library.active_bank(&product.code)? else { continue };
        if bank.area != library.inspection_area(&product.code)?.hash {
            outdated.push(product.code);
        }
    }
    Ok(outdated)
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

/// Linux tells it in `/proc/meminfo`; elsewhere it is not asked for.
fn memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}
