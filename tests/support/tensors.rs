//! Golden tensors, and comparing with them.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};

use crate::data;

/// The tensors of `tests/golden/<folder>/golden.safetensors`.
pub fn golden(folder: &str) -> HashMap<String, Tensor> {
    open(&data::golden(&format!("{folder}/golden.safetensors")))
}

/// The tensors of a file.
pub fn open(path: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

/// Asserts that two tensors have one shape and that no element differs by more than
/// `tolerance` of the largest expected one, or of a thousandth where all are smaller: after
/// a ReLU there may be nothing but zeros.
#[track_caller]
pub fn assert_near(what: &str, got: &Tensor, expect: &Tensor, tolerance: f32) {
    assert_eq!(got.dims(), expect.dims(), "{what}");
    let largest = |t: &Tensor| t.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    let off = largest(&(got - expect).unwrap()) / largest(expect).max(1e-3);
    assert!(off <= tolerance, "{what}: off by {off:e} of the largest value");
}
