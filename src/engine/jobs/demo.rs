//! The demo: a rendered world, registered, fitted, indexed and inspected.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::bank::FitBank;
use super::catalogue::{AddDefectType, AddProduct};
use super::index::BuildIndex;
use super::inspect::{Inspect, Inspected};
use super::manuals::RegisterManual;
use super::register::RegisterImages;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_demo::{DemoProduct, render};
use fettle_domain::{DefectCode, ImageLabel, Verdict};

/// Renders the demo world into the workspace and runs the whole of Fettle on it. What is
/// there already is kept: a second run inspects again and fits nothing anew.
#[derive(Debug, Clone)]
pub struct BuildDemo {
    /// Use this profile's models from now on; `None`: as the settings say.
    pub profile: Option<String>,
    /// Where the results go, one directory an image; `None`: `out/demo` in the workspace.
    pub out: Option<PathBuf>,
    /// Whether the language model words the reports.
    pub with_llm: bool,
}

/// One inspected demo image, and the truth about it.
#[derive(Debug, Clone)]
pub struct DemoInspection {
    /// What was rendered.
    pub expected: Verdict,
    /// Which defect was rendered.
    pub expected_defect: Option<DefectCode>,
    /// What was found.
    pub inspected: Inspected,
}

impl Request for BuildDemo {
    type Answer = Vec<DemoInspection>;

    fn name(&self) -> &'static str {
        "demo"
    }

    fn run(self, job: &JobContext) -> Result<Vec<DemoInspection>> {
        if let Some(profile) = &self.profile {
            job.shared.store.manifest().profile(profile)?;
            job.shared.change_settings(|settings| settings.profile.clone_from(profile))?;
        }
        // Rendered beside the workspace's own folders: registering copies from here.
        let scratch = tempfile::Builder::new()
            .prefix("fettle-demo-")
            .tempdir()
            .map_err(|source| EngineError::File { path: std::env::temp_dir(), source })?;
        let world = render(&scratch.path().join("world"), job.sink.as_ref())?;
        for product in world.products {
            register(job, product)?;
        }
        BuildIndex { rebuild: false }.run(job)?;

        let out = self.out.unwrap_or_else(|| job.shared.workspace.root().join("out").join("demo"));
        let mut inspections = Vec::new();
        for part in world.inspections {
            let name = part.image.file_stem().map(|name| name.to_string_lossy().into_owned());
            let dir = out.join(format!("{}_{}", part.product, name.unwrap_or_default()));
            std::fs::create_dir_all(&dir)
                .map_err(|source| EngineError::File { path: dir.clone(), source })?;
            // The rendered world goes; the part that was inspected, and where its defect was
            // drawn, stay with the result.
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
                inspected: inspect.run(job)?,
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

/// Registers all of a product and fits its bank, unless it has one.
fn register(job: &JobContext, product: DemoProduct) -> Result<()> {
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
    all_or_error(job, &code, ImageLabel::Normal, product.normals)?;
    for image in product.defects {
        all_or_error(job, &code, ImageLabel::Defect(image.defect), vec![image.image])?;
    }
    RegisterManual { product: code.clone(), path: product.manual }.run(job)?;
    let wanted = code.clone();
    let bank = job.shared.library(move |library| library.active_bank(&wanted))?;
    let model = job.shared.model_for(fettle_domain::ModelRole::Backbone)?;
    if bank.is_none_or(|bank| bank.bank.model != model) {
        FitBank::new(code).run(job)?;
    }
    Ok(())
}

/// The demo's own images are never refused but for a reason that ends the demo.
fn all_or_error(
    job: &JobContext,
    product: &fettle_domain::ProductCode,
    label: ImageLabel,
    paths: Vec<PathBuf>,
) -> Result<()> {
    let regions = BTreeMap::new();
    let registered = RegisterImages { product: product.clone(), label, paths, regions }.run(job)?;
    match registered.refused.into_iter().next() {
        Some(refusal) => Err(refusal.error),
        None => Ok(()),
    }
}
