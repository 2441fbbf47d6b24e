//! The demo: rendered parts, registered, fitted, indexed and inspected.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use crate::jobs::bank::fit_bank::FitBank;
use crate::jobs::index::build_index::BuildIndex;
use crate::jobs::inspection::inspect::{Inspect, Inspected};
use crate::jobs::manual::register_manual::RegisterManual;
use crate::jobs::registration::catalogue::{AddDefectType, AddProduct};
use crate::jobs::registration::register_images::RegisterImages;
use crate::protocol::{JobContext, JobStep, NoEvent, Request};
use fettle_demo::{DemoProduct, render};
use fettle_domain::{DefectCode, ImageLabel, ModelRole, ProductCode, Role, Verdict};
use fettle_settings::Settings;

/// The steps of the demo with their parts of the whole time, as measured on two cores with the models of
/// the profile `small`. First the world is rendered.
const RENDERING: [JobStep; 2] = [
    JobStep { step: "progress-demo-images", share: 0.30 },
    JobStep { step: "progress-demo-manuals", share: 0.005 },
];
/// Then each product is registered and its bank fitted.
const PRODUCT: [JobStep; 8] = [
    JobStep { step: "progress-register", share: 0.035 },
    JobStep { step: "progress-manual", share: 0.01 },
    JobStep { step: "progress-whitening", share: 0.045 },
    JobStep { step: "progress-features", share: 0.05 },
    JobStep { step: "progress-coreset", share: 0.035 },
    JobStep { step: "progress-held-out", share: 0.035 },
    JobStep { step: "progress-sensitivity", share: 0.08 },
    JobStep { step: "progress-known-defects", share: 0.03 },
];
const INDEX: JobStep = JobStep { step: "progress-embed", share: 0.025 };
/// Last its parts are inspected.
const INSPECTION: [JobStep; 3] = [
    JobStep { step: "progress-similarity", share: 0.001 },
    JobStep { step: "progress-anomaly", share: 0.004 },
    JobStep { step: "progress-record", share: 0.005 },
];
/// Products of the demo, and parts that are inspected.
const PRODUCTS: usize = 2;
const PARTS: usize = 3;

/// Renders the demo products into the workspace and runs all of Fettle on them. Existing data is kept:
/// a second run inspects again and fits nothing.
#[derive(Debug, Clone)]
pub struct BuildDemo {
    /// Profile of models to use from now on; `None`: the profile of the settings.
    pub profile: Option<String>,
    /// Directory of the results, with one folder an image; `None`: `out/demo` in the workspace.
    pub out: Option<PathBuf>,
    /// Whether the language model words the reports.
    pub with_llm: bool,
}

/// An inspected demo image with its ground truth.
#[derive(Debug, Clone)]
pub struct DemoInspection {
    /// Verdict of the ground truth.
    pub expected: Verdict,
    /// The rendered defect.
    pub expected_defect: Option<DefectCode>,
    /// The inspection.
    pub inspected: Inspected,
}

impl Request for BuildDemo {
    type Answer = Vec<DemoInspection>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "demo"
    }

    fn steps(&self) -> Vec<JobStep> {
        let products = std::iter::repeat_n(PRODUCT, PRODUCTS).flatten();
        let parts = std::iter::repeat_n(INSPECTION, PARTS).flatten();
        RENDERING.into_iter().chain(products).chain([INDEX]).chain(parts).collect()
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.with_llm && !settings.remote.is_empty()
    }

    fn run(self, job: &JobContext) -> Result<Vec<DemoInspection>> {
        if let Some(profile) = &self.profile {
            job.shared.store.manifest().profile(profile)?;
            job.change_settings(|settings| settings.profile.clone_from(profile))?;
        }
        // Rendered outside the workspace: the registration copies the files.
        let scratch = tempfile::Builder::new()
            .prefix("fettle-demo-")
            .tempdir()
            .map_err(|source| EngineError::File { path: std::env::temp_dir(), source })?;
        let world = render(&scratch.path().join("world"), job.sink.as_ref())?;
        for product in world.products {
            register_product(job, product)?;
        }
        BuildIndex { rebuild: false }.run(job)?;

        let out = self.out.unwrap_or_else(|| job.shared.workspace.out_dir().join("demo"));
        let mut inspections = Vec::new();
        for part in world.inspections {
            let name = part.image.file_stem().map(|name| name.to_string_lossy().into_owned());
            let dir = out.join(format!("{}_{}", part.product, name.unwrap_or_default()));
            fettle_system::create_folders(&dir)
                .map_err(|source| EngineError::File { path: dir.clone(), source })?;
            // The rendered files are deleted; the inspected part and the mask of its defect stay with
            // the result.
            let image = dir.join("part.png");
            copy(&part.image, &image)?;
            if let Some(mask) = &part.mask {
                copy(mask, &dir.join("truth.png"))?;
            }
            let inspect = Inspect {
                image,
                product: Some(part.product),
                with_llm: self.with_llm,
                out: Some(dir),
            };
            inspections.push(DemoInspection {
                expected: part.expected,
                expected_defect: part.defect,
                inspected: inspect.run(&job.with_unheard_events())?,
            });
        }
        Ok(inspections)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to)
        .map(|_bytes| ())
        .map_err(|source| EngineError::File { path: to.to_owned(), source })
}

/// Registers a product with its images and manual, and fits its bank unless there is one.
fn register_product(job: &JobContext, product: DemoProduct) -> Result<()> {
    let code = product.product.code.clone();
    AddProduct(product.product).run(job)?;
    for defect in product.defect_types {
        AddDefectType {
            product: defect.product,
            code: defect.code,
            name_ko: Some(defect.name_ko),
            name_en: Some(defect.name_en),
            full_name: Some(defect.full_name),
        }
        .run(job)?;
    }
    register_images(job, &code, ImageLabel::Normal, product.normals)?;
    for image in product.defects {
        register_images(job, &code, ImageLabel::Defect(image.defect), vec![image.image])?;
    }
    RegisterManual { product: code.clone(), path: product.manual }.run(job)?;
    let wanted = code.clone();
    let bank = job.library(move |library| library.active_bank(&wanted))?;
    let model = job.shared.model_for(ModelRole::Backbone)?;
    if bank.is_none_or(|bank| bank.bank.model != model) {
        FitBank::new(code).run(job)?;
    }
    Ok(())
}

/// Registers images of the demo; a rejected image is an error.
fn register_images(
    job: &JobContext,
    product: &ProductCode,
    label: ImageLabel,
    paths: Vec<PathBuf>,
) -> Result<()> {
    let regions = BTreeMap::new();
    let registered =
        RegisterImages { product: product.clone(), label, paths, recursive: false, regions }
            .run(job)?;
    match registered.rejected.into_iter().next() {
        Some(rejected) => Err(rejected.error),
        None => Ok(()),
    }
}
