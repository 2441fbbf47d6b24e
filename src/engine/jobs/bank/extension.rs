//! Adding the patches of further normal pictures to a bank, at each of its scales.

use std::sync::Arc;

use super::calibration::{self, Calibrated};
use super::fit::{Fit, HoldOutReference};
use super::normal_capture::NormalCapture;
use super::normal_pictures::{BATCH, NormalPicture, read_pictures};
use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{BankRef, ThresholdRule};
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::{BankExtender, Coreset, FinerScale, HoldOut, MemoryBank};

/// Extends `base` with the patches of `pictures` that it does not cover; returns the bank and the
/// number of rows added by each picture. `rule` sets the thresholds from the held-out scores of old
/// and new pictures. The old pictures keep their scores, which new rows could only lower.
pub(super) fn extend(
    job: &JobContext,
    base: &MemoryBank,
    bank: &BankRef,
    rule: ThresholdRule,
    area: Option<&Arc<InspectionArea>>,
    pictures: &[NormalPicture],
) -> Result<(Calibrated, Vec<usize>)> {
    let plan = base.info().fit.plan;
    let fit = Fit {
        bank: bank.clone(),
        recipe: base.info().recipe.clone(),
        ratio: plan.ratio as f32,
        seed: plan.seed,
        area: area.cloned(),
        sample_bits: base.info().sample_bits,
    };
    let first = extend_scale(job, &fit, base, pictures)?;
    let mut held_out = first.held_out;
    let mut added = first.added;
    let finer = match base.finer().zip(fit.finer_scale()) {
        None => None,
        Some((finer, fit)) => {
            let found = extend_scale(job, &fit, finer.bank(), pictures)?;
            let units = finer.units();
            for (held, finer) in held_out.scores.iter_mut().zip(&found.held_out.scores) {
                *held = units.held_out(held, finer);
            }
            added.iter_mut().zip(&found.added).for_each(|(rows, finer)| *rows += finer);
            let bank = extended_bank(&fit, finer.bank(), found.coreset, found.held_out)?;
            Some(FinerScale::new(bank, units)?)
        }
    };
    let extended = extended_bank(&fit, base, first.coreset, held_out)?;
    let before = base.info();
    let range = before.capture.map(|range| first.capture.widened_range(range));
    let position =
        base.position().cloned().map(|position| first.capture.widened_position(position));
    let extended = extended
        .with_capture(range, before.sensitivity)
        .with_position(position)
        .with_sample_bits(before.sample_bits);
    let extended = match finer {
        Some(finer) => extended.with_finer(finer),
        None => extended,
    };
    Ok((calibration::calibrate_bank(job, extended, rule, fit.area.as_ref())?, added))
}

/// One scale of a bank with the patches of further pictures.
struct ExtendedScale {
    coreset: Coreset,
    /// Rows added by each picture.
    added: Vec<usize>,
    /// The further pictures against the extended rows.
    held_out: HoldOut,
    capture: NormalCapture,
}

fn extend_scale(
    job: &JobContext,
    fit: &Fit,
    base: &MemoryBank,
    pictures: &[NormalPicture],
) -> Result<ExtendedScale> {
    let whitening = base.whitening();
    let mut extension = BankExtender::of(base)?;
    let mut added = Vec::with_capacity(pictures.len());
    let mut capture = NormalCapture::of(pictures.len());
    for batch in pictures.chunks(BATCH) {
        job.check()?;
        job.report("progress-features", "", added.len() as u64, pictures.len() as u64);
        capture.add(&read_pictures(batch, fit.sample_bits)?, fit.area.as_deref());
        let patches = fit.read_patches(job, batch, Some(whitening))?;
        for (picture, patches) in batch.iter().zip(&patches) {
            added.push(extension.add(picture.id, patches, job.sink.as_ref())?);
        }
    }
    let coreset = extension.finish()?;
    let reference = HoldOutReference { coreset: &coreset, whitening, statistics: None };
    let held_out = fit.hold_out(job, "", pictures, &reference, &|_| None)?;
    Ok(ExtendedScale { coreset, added, held_out, capture })
}

/// The bank of an extended scale: `base` with the rows of `coreset`, and with the held-out scores of
/// its own pictures and of the `new` ones.
fn extended_bank(
    fit: &Fit,
    base: &MemoryBank,
    coreset: Coreset,
    new: HoldOut,
) -> Result<MemoryBank> {
    let held_out = HoldOut {
        scores: [base.info().held_out.clone(), new.scores].concat(),
        // Without those of the old pictures, from before they were kept, the new ones teach nothing.
        oddest: if base.oddest().is_empty() {
            Vec::new()
        } else {
            [base.oddest().to_vec(), new.oddest].concat()
        },
    };
    let whitening = Arc::clone(base.whitening());
    let recipe = fit.recipe.clone();
    Ok(MemoryBank::from_coreset(fit.bank.clone(), recipe, whitening, coreset, held_out)?)
}
