//! Thresholds: limits of image and pixel scores, from held-out normal images and known defects.
//!
//! [`hold_out`] scores a normal image against a bank that did not see it, [`calibrate`] sets the
//! limits by a rule, [`rates()`] estimates how often the limits are wrong, [`suspects()`] lists
//! normal images that look anomalous. Limits can be set anew from the scores alone.

mod calibration;
mod folds;
mod held_out;
mod rates;
mod suspects;
mod tail;
#[cfg(test)]
mod tests;

pub use calibration::{Calibration, FEWEST_NORMALS, KnownDefect, calibrate, check_rule};
pub use folds::Folds;
pub use held_out::{HeldOut, hold_out};
pub use rates::{Rates, rates};
pub use suspects::suspects;
