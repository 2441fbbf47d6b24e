//! An inspected part becomes a known defect.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::index::{BuildIndex, BuiltIndex};
use super::register::{RegisterImages, RegisteredImages};
use crate::error::Result;
use crate::request::{JobContext, Request};
use crate::unfinished::Repeatable;
use fettle_domain::{DefectCode, ImageLabel, ProductCode, RectPx};

/// Registers an image of a defect and brings the index in line, so that the next search finds
/// it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterDefect {
    /// The product it shows.
    pub product: ProductCode,
    /// The defect it shows.
    pub defect: DefectCode,
    /// Its file.
    pub image: PathBuf,
    /// The part of it that shows the defect, in its pixels.
    #[serde(default)]
    pub region: Option<RectPx>,
}

/// What became of it.
#[derive(Debug)]
pub struct RegisteredDefect {
    /// The registration; a refused file is told here.
    pub registered: RegisteredImages,
    /// The index afterwards; `None` where the file was refused.
    pub index: Option<BuiltIndex>,
}

impl Request for RegisterDefect {
    type Answer = RegisteredDefect;

    fn name(&self) -> &'static str {
        "register-defect"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(Repeatable::RegisterDefect(self.clone()))
    }

    fn run(self, job: &JobContext) -> Result<RegisteredDefect> {
        let Self { product, defect, image, region } = self;
        let label = ImageLabel::Defect(defect);
        let regions = region.map(|region| (image.clone(), region)).into_iter().collect();
        let registered = RegisterImages { product, label, paths: vec![image], regions }.run(job)?;
        let index = match registered.refused.is_empty() {
            true => Some(BuildIndex { rebuild: false }.run(job)?),
            false => None,
        };
        Ok(RegisteredDefect { registered, index })
    }
}
