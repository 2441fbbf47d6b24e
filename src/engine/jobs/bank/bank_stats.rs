//! The scores behind the thresholds of a bank, and their error rates.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;

use super::active_bank::ActiveBank;
use super::score_plots;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    BankRef, DefectCode, HeatmapScale, Histogram, ImageId, Place, ProductCode, Rate, RectPx,
    RegisteredImage, ThresholdRule, Thresholds,
};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::BankInfo;
use fettle_vision::regions::place;
use fettle_vision::thresholds::{Rates, rates, suspects};

/// Number of bins of the histogram.
const BINS: usize = 16;

/// Reads the scores behind the thresholds of the active bank. No network runs.
#[derive(Debug, Clone)]
pub struct BankStats {
    /// The product.
    pub product: ProductCode,
    /// PNG file to write the histogram to.
    pub plot: Option<PathBuf>,
}

/// Scores behind the thresholds of a bank, and the error rates at the thresholds.
#[derive(Debug, Clone, Serialize)]
pub struct BankStatistics {
    /// The bank.
    pub bank: BankRef,
    /// Time of the fit, RFC 3339.
    pub created_at: String,
    /// Rule of the thresholds in force.
    pub rule: ThresholdRule,
    /// Number of changes since the fit, each of which can be undone.
    pub changes: usize,
    /// Thresholds in force.
    pub thresholds: Thresholds,
    /// Scale of the product's heatmaps.
    pub scale: HeatmapScale,
    /// Error rates at the thresholds.
    pub rates: Rates,
    /// Histogram of the image scores of normal and defective pictures.
    pub histogram: Option<Histogram>,
    /// Normal pictures that look abnormal compared with the others and are excluded from the
    /// thresholds, highest score first.
    pub suspicious: Vec<SuspiciousImage>,
    /// Held-out scores of the normal pictures: each scored by a bank without that picture.
    pub normals: Vec<ScoredNormal>,
    /// Scores of the known defects registered at the time of the fit.
    pub defects: Vec<ScoredDefect>,
    /// File of the histogram, if requested.
    #[serde(skip)]
    pub written: Option<PathBuf>,
}

/// A normal picture with its held-out score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredNormal {
    /// Image file, relative to the workspace.
    pub path: String,
    /// Image score.
    pub score: f32,
    /// Whether the picture looks abnormal compared with the others: excluded from thresholds and
    /// rates.
    pub suspicious: bool,
}

/// An image of a known defect with its score.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredDefect {
    /// Image file, relative to the workspace.
    pub path: String,
    /// Defect in the image.
    pub defect: DefectCode,
    /// Image score.
    pub score: f32,
}

/// A normal picture that looks abnormal, with the location.
#[derive(Debug, Clone, Serialize)]
pub struct SuspiciousImage {
    /// Image file, relative to the workspace.
    pub path: String,
    /// Held-out image score.
    pub score: f32,
    /// Patch with the highest score, in pixels.
    pub rect_in_image: RectPx,
    /// The location of the patch as a word.
    pub place: Place,
    /// Picture with the nearest patch.
    pub nearest: String,
    /// The nearest patch, in pixels of that picture.
    pub nearest_rect: RectPx,
}

impl BankStatistics {
    /// Overkill and escape at an image threshold: the rate of normal pictures above `threshold` and
    /// of known defects not above it; `None` without pictures.
    pub fn rates_at(&self, threshold: f32) -> (Option<Rate>, Option<Rate>) {
        let normals = self.normals.iter().filter(|normal| !normal.suspicious);
        (
            Rate::count(normals, |normal| normal.score > threshold),
            Rate::count(&self.defects, |defect| defect.score <= threshold),
        )
    }
}

impl Request for BankStats {
    type Answer = BankStatistics;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "bank-stats"
    }

    fn run(self, job: &JobContext) -> Result<BankStatistics> {
        let active = ActiveBank::of(job, &self.product)?;
        let info = active.info()?;
        let ActiveBank { record, rules, .. } = active;
        let found = rates(&info.held_out, &info.known_defects, record.thresholds)?;
        let normal: Vec<f32> = info.held_out.iter().map(|h| h.image_score).collect();
        let defective: Vec<f32> = info.known_defects.iter().map(|k| k.image_score).collect();
        let images = images(job, &info)?;
        let suspicious_ids = suspects(&info.held_out);
        let path = |id: ImageId| images.get(&id).map_or(String::new(), |image| image.path.clone());
        let mut written = None;
        if let Some(file) = self.plot {
            let language = job.shared.report_language();
            let lines = vec![score_plots::rates_line(language, found.overkill, found.escape)];
            let limit = record.thresholds.image;
            if let Some(picture) =
                score_plots::score_histogram(language, &normal, &defective, limit, lines)?
            {
                fettle_report::write_png(&file, &picture)?;
                written = Some(file);
            }
        }
        Ok(BankStatistics {
            rule: rules.last().copied().unwrap_or(info.rule),
            changes: rules.len(),
            thresholds: record.thresholds,
            scale: record.scale,
            rates: found,
            histogram: Histogram::of(&normal, &defective, BINS),
            suspicious: suspicious(&info, &images, path),
            normals: info
                .held_out
                .iter()
                .map(|h| ScoredNormal {
                    path: path(h.image),
                    score: h.image_score,
                    suspicious: suspicious_ids.contains(&h.image),
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
            bank: record.bank,
            created_at: record.created_at,
            written,
        })
    }
}

/// The images of the bank by id, also those removed since.
fn images(job: &JobContext, info: &BankInfo) -> Result<HashMap<ImageId, RegisteredImage>> {
    let held = info.held_out.iter().flat_map(|h| [h.image, h.nearest]);
    let mut ids: Vec<ImageId> = held.chain(info.known_defects.iter().map(|k| k.image)).collect();
    ids.sort_unstable();
    ids.dedup();
    job.library(move |library| {
        let mut images = HashMap::new();
        for id in ids {
            match library.image(id) {
                Ok(image) => drop(images.insert(id, image)),
                // The library was rebuilt since the fit.
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
