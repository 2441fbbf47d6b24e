//! Thresholds: limits of image and pixel scores, from held-out normal images and known defects.
//!
//! Two limits part the image scores into OK, unsure and NG: the first bounds escapes, the second
//! overkill.
//!
//! [`hold_out`] scores a normal image against a bank that did not see it, [`calibrate`] sets the
//! limits by a rule, [`rates()`] estimates how often the limits are wrong, [`suspects()`] lists
//! normal images that look anomalous. Limits can be set anew from the scores alone.

mod calibration;
mod defect_scores;
mod first_limit;
mod folds;
mod held_out;
mod rates;
#[cfg(test)]
mod simulated_products;
mod suspects;
mod tail;
#[cfg(test)]
mod tests;
mod uncertainty;

pub use calibration::{
    Calibration, FEWEST_NORMALS, KnownDefect, ScoredImages, calibrate, check_rule,
};
pub use folds::Folds;
pub use held_out::{HeldOut, hold_out};
pub use rates::{ExpectedRates, Rates, expected_rates, rates};
pub use suspects::suspects;
pub use uncertainty::LimitUncertainty;
