//! The scores behind the thresholds of a bank, and their error rates.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;

use super::active_bank::ActiveBank;
use super::known_defects_summary::KnownDefectsSummary;
use super::score_plots;
use super::scored_bank::ScoredBank;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    BankRef, DefectCode, HeatmapScale, Histogram, ImageId, KnownImage, Place, ProductCode, Rate,
    RectPx, RegisteredImage, Role, ThresholdRule, Thresholds, Verdict,
};
use fettle_library::LibraryError;
use fettle_vision::memory_bank::BankInfo;
use fettle_vision::regions::place;
use fettle_vision::sensitivity::Sensitivity;
use fettle_vision::thresholds::{ExpectedRates, Rates, expected_rates, rates, suspects};

/// Number of bins of the histogram.
const BINS: usize = 16;
/// Number of limits at which expected rates are computed.
const TRIED: usize = 129;

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
    /// What is expected of further parts at limits over the range of the scores, lowest first.
    pub expected: Vec<ExpectedRates>,
    /// Histogram of the image scores of normal and defective pictures.
    pub histogram: Option<Histogram>,
    /// Normal pictures that look abnormal compared with the others and are excluded from the
    /// thresholds, highest score first.
    pub suspicious: Vec<SuspiciousImage>,
    /// Held-out scores of the normal pictures: each scored by a bank without that picture.
    pub normals: Vec<ScoredNormal>,
    /// How scores change with light, focus and position; `None` where it was not measured.
    pub sensitivity: Option<Sensitivity>,
    /// What known defects taught the bank; `None` where there were none.
    pub known: Option<KnownDefectsSummary>,
    /// Scores of the known defects at the time of the fit, or when they were last learned from.
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
    /// Image file, relative to the workspace; empty for the picture of an inspection.
    pub path: String,
    /// The image, or the inspection that a person judged NG.
    pub image: KnownImage,
    /// Defect in the image; `None` where nobody named it.
    pub defect: Option<DefectCode>,
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

/// How often the verdict of two limits is wrong or unsure on the pictures of a bank, and on further
/// parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatesOfLimits {
    /// Normal pictures called NG; `None` without pictures.
    pub overkill: Option<Rate>,
    /// Share of further good parts expected to be called NG.
    pub expected_overkill: Option<f64>,
    /// Known defects called OK; `None` without known defects.
    pub escape: Option<Rate>,
    /// Share of further defective parts expected to be called OK.
    pub expected_escape: Option<f64>,
    /// Normal pictures between the limits.
    pub unsure_normals: Option<Rate>,
    /// Known defects between the limits.
    pub unsure_known: Option<Rate>,
}

impl BankStatistics {
    /// The rates at any limits. Suspicious normal pictures are not counted.
    pub fn rates_at(&self, limits: Thresholds) -> RatesOfLimits {
        let called = |verdict: Verdict| {
            let normals = self.normals.iter().filter(|normal| !normal.suspicious);
            (
                Rate::count(normals, |normal| limits.verdict(normal.score) == verdict),
                Rate::count(&self.defects, |defect| limits.verdict(defect.score) == verdict),
            )
        };
        let (unsure_normals, unsure_known) = called(Verdict::Unsure);
        RatesOfLimits {
            overkill: called(Verdict::Ng).0,
            expected_overkill: self.expected_at(limits.image, |one| Some(one.above)),
            escape: called(Verdict::Ok).1,
            expected_escape: self.expected_at(limits.unsure, |one| one.defective_below),
            unsure_normals,
            unsure_known,
        }
    }

    /// A share that is expected at `limit`, linear between the limits that were computed.
    fn expected_at(
        &self,
        limit: f32,
        share: impl Fn(&ExpectedRates) -> Option<f64>,
    ) -> Option<f64> {
        let above = self.expected.partition_point(|one| one.limit < limit);
        let upper = self.expected.get(above).or(self.expected.last())?;
        let lower = self.expected.get(above.saturating_sub(1)).unwrap_or(upper);
        let (low, high) = (share(lower)?, share(upper)?);
        let step = upper.limit - lower.limit;
        let along = if step > 0.0 { ((limit - lower.limit) / step).clamp(0.0, 1.0) } else { 0.0 };
        Some(low + f64::from(along) * (high - low))
    }
}

/// Limits over the range of `scores` and beyond it, at which expected rates are computed.
fn tried_limits(scores: &[f32]) -> Vec<f32> {
    let range =
        scores.iter().copied().filter(|score| score.is_finite()).fold(None, |range, score| {
            let (low, high): (f32, f32) = range.unwrap_or((score, score));
            Some((low.min(score), high.max(score)))
        });
    let Some((low, high)) = range else { return Vec::new() };
    let (low, high) = (0.5 * low, 1.25 * high);
    let step = |at: usize| at as f32 / (TRIED - 1) as f32;
    match low > 0.0 {
        true => (0..TRIED).map(|at| low * (high / low).powf(step(at))).collect(),
        false => (0..TRIED).map(|at| low + (high - low) * step(at)).collect(),
    }
}

impl Request for BankStats {
    type Answer = BankStatistics;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "bank-stats"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<BankStatistics> {
        let active = ActiveBank::of(job, &self.product)?;
        let info = active.info()?;
        let scored = active.scored(&info)?;
        let dim = info.recipe.layers.iter().map(|layer| layer.channels).sum();
        let known = active.term(dim)?.map(|term| KnownDefectsSummary::of_term(&term, 0));
        let ActiveBank { record, rules, .. } = active;
        let found = rates(scored.images(), record.thresholds)?;
        let normal: Vec<f32> = scored.held_out.iter().map(|h| h.image_score).collect();
        let defective: Vec<f32> = scored.known.iter().map(|k| k.image_score).collect();
        let all: Vec<f32> = normal.iter().chain(&defective).copied().collect();
        let expected = expected_rates(scored.images(), &tried_limits(&all))?;
        let images = images(job, &scored)?;
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
            expected,
            histogram: Histogram::of(&normal, &defective, BINS),
            suspicious: suspicious(&info, &images, path),
            sensitivity: info.sensitivity,
            known,
            normals: scored
                .held_out
                .iter()
                .map(|h| ScoredNormal {
                    path: path(h.image),
                    score: h.image_score,
                    suspicious: suspicious_ids.contains(&h.image),
                })
                .collect(),
            defects: scored
                .known
                .iter()
                .map(|k| ScoredDefect {
                    path: match k.image {
                        KnownImage::Registered(image) => path(image),
                        KnownImage::Judged { .. } => String::new(),
                    },
                    image: k.image,
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
fn images(job: &JobContext, scored: &ScoredBank) -> Result<HashMap<ImageId, RegisteredImage>> {
    let held = scored.held_out.iter().flat_map(|h| [h.image, h.nearest]);
    let known = scored.known.iter().filter_map(|known| match known.image {
        KnownImage::Registered(image) => Some(image),
        KnownImage::Judged { .. } => None,
    });
    let mut ids: Vec<ImageId> = held.chain(known).collect();
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
