//! Plots of the scores of a class.

use std::path::Path;

use super::quality::TestRates;
use super::scored_image::ScoredImage;
use crate::error::Result;
use crate::jobs::bank::score_plots;
use crate::protocol::JobContext;
use fettle_domain::Language;
use fettle_report::write_png;
use fettle_vision::metrics::ranking::Ranking;

/// Writes `scores.png` and, where there are good and defective pictures, `roc.png` into `dir`.
pub(super) fn write_plots(
    job: &JobContext,
    dir: &Path,
    images: &[ScoredImage],
    rates: &TestRates,
    threshold: f32,
) -> Result<()> {
    let language = job.shared.report_language();
    let of = |defective: bool| -> Vec<f32> {
        images.iter().filter(|i| i.defect.is_some() == defective).map(|i| i.score).collect()
    };
    let lines = rates.in_words(language).into_iter().collect();
    if let Some(picture) =
        score_plots::score_histogram(language, &of(false), &of(true), threshold, lines)?
    {
        write_png(&dir.join("scores.png"), &picture)?;
    }
    let ranking = Ranking::new(images.iter().map(|i| (i.score, i.defect.is_some())))?;
    if let Some(picture) = score_plots::roc_curve(language, &ranking, threshold)? {
        write_png(&dir.join("roc.png"), &picture)?;
    }
    Ok(())
}

impl TestRates {
    /// Overkill and escape with their confidence intervals, as text; `None` without good pictures.
    pub fn in_words(&self, language: Language) -> Option<String> {
        Some(score_plots::rates_line(language, self.overkill?, self.escape))
    }
}
