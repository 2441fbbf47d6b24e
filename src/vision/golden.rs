//! The reference implementation's values, for the tests of this room.

use std::path::PathBuf;

use candle_core::{Device, Tensor};

/// `../shared/<path>`, or `None` (said on the terminal) where this checkout lacks it.
pub(super) fn shared(path: &str) -> Option<PathBuf> {
    let root = fettle_testing::data::checkout().join("../shared");
    if !root.is_dir() {
        eprintln!("skipped: ../shared is absent");
        return None;
    }
    Some(root.join(path))
}

/// One golden file, opened.
pub(super) struct Golden(std::collections::HashMap<String, Tensor>);

impl Golden {
    pub(super) fn open(path: &str) -> Option<Self> {
        let path = shared(path)?;
        Some(Self(candle_core::safetensors::load(path, &Device::Cpu).unwrap()))
    }

    pub(super) fn tensor(&self, name: &str) -> &Tensor {
        &self.0[name]
    }

    pub(super) fn floats(&self, name: &str) -> Vec<f32> {
        self.0[name].flatten_all().unwrap().to_vec1().unwrap()
    }

    pub(super) fn indices(&self, name: &str) -> Vec<usize> {
        let values: Vec<i64> = self.0[name].flatten_all().unwrap().to_vec1().unwrap();
        values.into_iter().map(|v| v as usize).collect()
    }
}

/// The largest absolute difference.
pub(super) fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Seeded numbers between -1 and 1.
pub(super) fn noise(count: usize, seed: u64) -> Vec<f32> {
    use rand::RngExt;
    use rand::SeedableRng;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0f32..1.0)).collect()
}
