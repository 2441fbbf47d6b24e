//! Golden values of the reference implementation, and random numbers, for the tests of this crate.

use std::collections::HashMap;

use candle_core::Tensor;

/// Tensors of a golden file by name.
pub(crate) struct Golden(HashMap<String, Tensor>);

impl Golden {
    /// The tensors of `tests/golden/<folder>/golden.safetensors`.
    pub(crate) fn open(folder: &str) -> Self {
        Self(fettle_testing::tensors::golden(folder))
    }

    pub(crate) fn tensor(&self, name: &str) -> &Tensor {
        &self.0[name]
    }

    pub(crate) fn floats(&self, name: &str) -> Vec<f32> {
        self.0[name].flatten_all().unwrap().to_vec1().unwrap()
    }

    pub(crate) fn indices(&self, name: &str) -> Vec<usize> {
        let values: Vec<i64> = self.0[name].flatten_all().unwrap().to_vec1().unwrap();
        values.into_iter().map(|v| v as usize).collect()
    }
}

/// The largest absolute difference of two slices of one length.
pub(crate) fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// `count` random numbers between -1 and 1, the same for the same seed.
pub(crate) fn noise(count: usize, seed: u64) -> Vec<f32> {
    use rand::RngExt;
    use rand::SeedableRng;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0f32..1.0)).collect()
}
