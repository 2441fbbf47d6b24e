//! Memory banks: the rows that stand for normal patches, the image and position of each, and the
//! limits set by them.
//!
//! [`BankFitter`] chooses the rows from the patches of many images, [`BankExtender`] adds those of
//! further images, [`MemoryBank`] holds them and reads and writes its file. A bank may have a second,
//! [`FinerScale`].

mod bank;
mod candidates;
mod coreset;
mod extend;
mod file;
mod finer_scale;
mod fit;
mod info;
mod scale_units;
mod tensors;
#[cfg(test)]
mod test_banks;

pub use bank::{FinerScale, HoldOut, MemoryBank};
pub use coreset::{Coreset, Extended, Provenance};
pub use extend::BankExtender;
pub use fit::{BankFitter, FIT_BUDGET};
pub use info::BankInfo;
pub use scale_units::ScaleUnits;
