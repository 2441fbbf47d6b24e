//! Error rates of limits.

use serde::Serialize;

use super::calibration::{KnownDefect, tail_of};
use super::held_out::HeldOut;
use super::suspects::without_suspects;
use crate::{Result, VisionError};
use fettle_domain::{Rate, Thresholds};

/// Error rates of limits. Normal images among the [`suspects`](super::suspects()) are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// Held-out normal images called NG.
    pub overkill: Rate,
    /// Share of further normal images expected to be called NG, by the tail of the held-out
    /// scores.
    pub expected_overkill: f64,
    /// Known defects called OK; `None` without known defects.
    pub escape: Option<Rate>,
}

/// Error rates of `thresholds` on held-out scores and known defects.
///
/// # Errors
/// [`VisionError::TooFewNormals`] for fewer than two scores without the suspects,
/// [`VisionError::Empty`] for none.
pub fn rates(held_out: &[HeldOut], known: &[KnownDefect], thresholds: Thresholds) -> Result<Rates> {
    let kept = without_suspects(held_out);
    let tail = tail_of(&kept, |h| h.image_score)?;
    let nothing = || VisionError::Empty("held-out scores");
    Ok(Rates {
        overkill: Rate::count(&kept, |h| h.image_score > thresholds.image).ok_or_else(nothing)?,
        expected_overkill: tail.exceedance(f64::from(thresholds.image)),
        escape: Rate::count(known, |k| k.image_score <= thresholds.image),
    })
}
