//! A class's scores as pictures.

use std::path::Path;

use super::{ScoredImage, TestRates};
use crate::error::Result;
use crate::jobs::plots;
use crate::request::JobContext;
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
    let language = job.shared.language_of_text();
    let of = |defective: bool| -> Vec<f32> {
        images.iter().filter(|i| i.defect.is_some() == defective).map(|i| i.score).collect()
    };
    let lines = rates.in_words(language).into_iter().collect();
    if let Some(picture) = plots::scores(language, &of(false), &of(true), threshold, lines)? {
        write_png(&dir.join("scores.png"), &picture)?;
    }
    let ranking = Ranking::new(images.iter().map(|i| (i.score, i.defect.is_some())))?;
    if let Some(picture) = plots::receiver(language, &ranking, threshold)? {
        write_png(&dir.join("roc.png"), &picture)?;
    }
    Ok(())
}

impl TestRates {
    /// Overkill and escape with their intervals; `None` where there were no good pictures.
    pub fn in_words(&self, language: Language) -> Option<String> {
        Some(plots::rates_line(language, self.overkill?, self.escape))
    }
}
