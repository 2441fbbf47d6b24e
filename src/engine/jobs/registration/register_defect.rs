//! Registering an inspected part as a known defect.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::register_images::{RegisterImages, RegisteredImages};
use crate::error::Result;
use crate::jobs::index::build_index::{BuildIndex, BuiltIndex};
use crate::protocol::{JobContext, JobRecord, JobSummary, NoEvent, Repeatable, Request};
use fettle_domain::{DefectCode, ImageLabel, ProductCode, RectPx, Role};

/// Registers an image of a defect and updates the index of known defects, so that the next search
/// finds the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterDefect {
    /// Product in the image.
    pub product: ProductCode,
    /// Defect in the image.
    pub defect: DefectCode,
    /// The image file.
    pub image: PathBuf,
    /// The region with the defect, in pixels of the image.
    #[serde(default)]
    pub region: Option<RectPx>,
}

/// Result of [`RegisterDefect`].
#[derive(Debug)]
pub struct RegisteredDefect {
    /// The registration, with the file where it was rejected.
    pub registered: RegisteredImages,
    /// The updated index; `None` where the file was rejected.
    pub index: Option<BuiltIndex>,
}

impl Repeatable for RegisterDefect {
    const KIND: &'static str = "register_defect";

    fn summary(&self) -> JobSummary {
        JobSummary { message: "unfinished-defect", product: Some(self.product.clone()), count: 1 }
    }
}

impl Request for RegisterDefect {
    type Answer = RegisteredDefect;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "register-defect"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.record()
    }

    fn run(self, job: &JobContext) -> Result<RegisteredDefect> {
        let Self { product, defect, image, region } = self;
        let label = ImageLabel::Defect(defect);
        let regions = region.map(|region| (image.clone(), region)).into_iter().collect();
        let (paths, recursive) = (vec![image], false);
        let registered = RegisterImages { product, label, paths, recursive, regions }.run(job)?;
        let index = match registered.rejected.is_empty() {
            true => Some(BuildIndex { rebuild: false }.run(job)?),
            false => None,
        };
        Ok(RegisteredDefect { registered, index })
    }
}
