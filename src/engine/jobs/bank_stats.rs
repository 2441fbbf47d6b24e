//! What a bank's limits rest on and how often they are wrong.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;

use super::bank_in_use::BankInUse;
use super::plots;
use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{
    BankRef, DefectCode, HeatmapScale, Histogram, ImageId, Place, ProductCode, Rate, RectPx,
    RegisteredImage, ThresholdRule, Thresholds,
};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::BankInfo;
use fettle_vision::regions::place;
use fettle_vision::thresholds::{Rates, rates, suspects};

/// Bins of the histogram.
const BINS: usize = 16;

/// Asks on what the limits of the product's bank rest. No network runs.
#[derive(Debug, Clone)]
pub struct BankStats {
    /// The product.
    pub product: ProductCode,
    /// Where to draw the histogram, as a PNG file.
    pub plot: Option<PathBuf>,
}

/// The scores that a bank's limits rest on, and how often those are wrong.
#[derive(Debug, Clone, Serialize)]
pub struct BankStatistics {
    /// Which bank.
    pub bank: BankRef,
    /// When it was fitted, RFC 3339.
    pub created_at: String,
    /// The rule by which the limits in force were set.
    pub rule: ThresholdRule,
    /// How many times they were changed since the fit, and can be undone.
    pub changes: usize,
    /// The limits in force.
    pub thresholds: Thresholds,
    /// The scale of the product's heatmaps.
    pub scale: HeatmapScale,
    /// How often they are wrong.
    pub rates: Rates,
    /// Image scores of normal and defective pictures.
    pub histogram: Option<Histogram>,
    /// Normal pictures that look abnormal to the rest and moved no limit, oddest first.
    pub suspicious: Vec<SuspiciousImage>,
    /// Normal pictures, each scored by a bank that did not see it.
    pub normals: Vec<ScoredNormal>,
    /// Known defects as registered when the bank was fitted.
    pub defects: Vec<ScoredDefect>,
    /// The histogram drawn, if asked for.
    #[serde(skip)]
    pub written: Option<PathBuf>,
}

/// A normal picture's held-out score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredNormal {
    /// Its file, relative to the workspace.
    pub path: String,
    /// Its image score.
    pub score: f32,
    /// Whether it looks abnormal to the rest: it moves no limit and counts in no rate.
    pub suspicious: bool,
}

/// A known defect's score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredDefect {
    /// Its file, relative to the workspace.
    pub path: String,
    /// What it shows.
    pub defect: DefectCode,
    /// Its image score.
    pub score: f32,
}

/// A normal picture worth a second look, and why.
#[derive(Debug, Clone, Serialize)]
pub struct SuspiciousImage {
    /// Its file, relative to the workspace.
    pub path: String,
    /// Its held-out image score.
    pub score: f32,
    /// Where its oddest patch lies, in its pixels.
    pub rect_in_image: RectPx,
    /// The same in a word.
    pub place: Place,
    /// The other picture that has the patch most like it.
    pub nearest: String,
    /// Where in that picture.
    pub nearest_rect: RectPx,
}

impl BankStatistics {
    /// How many normal pictures would be called NG, and how many known defects OK, if the image
    /// threshold were `limit`; `None` of none.
    pub fn rates_at(&self, limit: f32) -> (Option<Rate>, Option<Rate>) {
        let normals = self.normals.iter().filter(|normal| !normal.suspicious);
        (
            Rate::count(normals, |normal| normal.score > limit),
            Rate::count(&self.defects, |defect| defect.score <= limit),
        )
    }
}

impl Request for BankStats {
    type Answer = BankStatistics;

    fn name(&self) -> &'static str {
        "bank-stats"
    }

    fn run(self, job: &JobContext) -> Result<BankStatistics> {
        let in_use = BankInUse::of(job, &self.product)?;
        let info = in_use.info()?;
        let BankInUse { active, changes, .. } = in_use;
        let found = rates(&info.held_out, &info.known_defects, active.thresholds)?;
        let normal: Vec<f32> = info.held_out.iter().map(|h| h.image_score).collect();
        let defective: Vec<f32> = info.known_defects.iter().map(|k| k.image_score).collect();
        let images = images(job, &info)?;
        let odd = suspects(&info.held_out);
        let path = |id: ImageId| images.get(&id).map_or(String::new(), |image| image.path.clone());
        let mut written = None;
        if let Some(file) = self.plot {
            let language = job.shared.language_of_text();
            let lines = vec![plots::rates_line(language, found.overkill, found.escape)];
            let limit = active.thresholds.image;
            if let Some(picture) = plots::scores(language, &normal, &defective, limit, lines)? {
                fettle_report::write_png(&file, &picture)?;
                written = Some(file);
            }
        }
        Ok(BankStatistics {
            rule: changes.last().copied().unwrap_or(info.rule),
            changes: changes.len(),
            thresholds: active.thresholds,
            scale: active.scale,
            rates: found,
            histogram: Histogram::of(&normal, &defective, BINS),
            suspicious: suspicious(&info, &images, path),
            normals: info
                .held_out
                .iter()
                .map(|h| ScoredNormal {
                    path: path(h.image),
                    score: h.image_score,
                    suspicious: odd.contains(&h.image),
                })
                .collect(),
            defects: info
                .known_defects
                .iter()
                .map(|k| ScoredDefect {
                    path: path(k.image),
                    defect: k.defect.clone(),
                    score: k.image_score,
                })
                .collect(),
            bank: active.bank,
            created_at: active.created_at,
            written,
        })
    }
}

/// The pictures that the bank knows, also those removed since.
fn images(job: &JobContext, info: &BankInfo) -> Result<HashMap<ImageId, RegisteredImage>> {
    let held = info.held_out.iter().flat_map(|h| [h.image, h.nearest]);
    let mut ids: Vec<ImageId> = held.chain(info.known_defects.iter().map(|k| k.image)).collect();
    ids.sort_unstable();
    ids.dedup();
    job.shared.library(move |library| {
        let mut images = HashMap::new();
        for id in ids {
            match library.image(id) {
                Ok(image) => drop(images.insert(id, image)),
                // A library that was rebuilt does not know it.
                Err(LibraryError::UnknownImage(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(images)
    })
}

fn suspicious(
    info: &BankInfo,
    images: &HashMap<ImageId, RegisteredImage>,
    path: impl Fn(ImageId) -> String,
) -> Vec<SuspiciousImage> {
    suspects(&info.held_out)
        .into_iter()
        .filter_map(|suspect| {
            let held = info.held_out.iter().find(|h| h.image == suspect)?;
            let image = images.get(&suspect)?;
            let middle = |at: u32, length: u32, whole: u32| {
                (f64::from(at) + f64::from(length) / 2.0) / f64::from(whole.max(1))
            };
            let RectPx { x, y, width, height } = held.peak;
            Some(SuspiciousImage {
                path: image.path.clone(),
                score: held.image_score,
                rect_in_image: held.peak,
                place: place(middle(x, width, image.width_px), middle(y, height, image.height_px)),
                nearest: path(held.nearest),
                nearest_rect: held.nearest_place,
            })
        })
        .collect()
}
