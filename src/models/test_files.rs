//! Where tests find real weights and golden values.

use std::collections::HashMap;
use std::path::PathBuf;

use candle_core::Tensor;

pub(crate) use fettle_testing::data::model;
pub(crate) use fettle_testing::tensors::assert_near;

pub(crate) fn reference(path: &str) -> Option<PathBuf> {
    Some(fettle_testing::data::golden(path))
}

pub(crate) fn golden(folder: &str) -> Option<HashMap<String, Tensor>> {
    Some(fettle_testing::tensors::golden(folder))
}
