//! The term of known defects: what a product's known defects add to the image score of a part.
//!
//! [`learn()`] fits a logistic regression to the oddest patches of held-out normal images and of
//! known defects, and keeps it only where cross-validation on these images shows a gain.
//! [`DefectTerm::score`] adds its logit, in units of the normal images' spread, to the image score:
//! a part whose oddest patches look like those of a known defect scores higher, one whose oddest
//! patches look like what is odd about normal parts scores lower.

mod learn;
mod logistic_regression;
mod outcome;
mod term;

pub use learn::{Example, learn};
pub use outcome::{TermGain, TermOutcome};
pub use term::{DefectTerm, KnownExample};
