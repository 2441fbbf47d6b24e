//! Key-value cache of one layer.

use candle_core::{DType, Result, Tensor};

/// Multiple of the number of positions in a new buffer.
const STEP: usize = 256;

/// Keys and values of a layer, (heads, capacity, head width) each. A full buffer is copied to one
/// of twice the capacity, so that adding a token usually copies one row only.
#[derive(Default)]
pub(super) struct KvCache {
    keys_values: Option<(Tensor, Tensor)>,
    len: usize,
}

impl KvCache {
    /// Number of cached positions.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Removes all positions from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Appends `keys` and `values` (heads, new, width); returns views of all cached ones.
    pub(super) fn append(&mut self, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        let (heads, new, width) = keys.dims3()?;
        let end = self.len + new;
        let capacity = match &self.keys_values {
            Some((old, _)) => old.dim(1)?,
            None => 0,
        };
        let (all_keys, all_values) = match self.keys_values.take() {
            Some(both) if end <= capacity => both,
            old => {
                let capacity = (2 * capacity).max(end.next_multiple_of(STEP));
                let empty = || Tensor::zeros((heads, capacity, width), DType::F32, keys.device());
                let both = (empty()?, empty()?);
                if let Some((old_keys, old_values)) = old
                    && self.len > 0
                {
                    both.0.slice_set(&old_keys.narrow(1, 0, self.len)?.contiguous()?, 1, 0)?;
                    both.1.slice_set(&old_values.narrow(1, 0, self.len)?.contiguous()?, 1, 0)?;
                }
                both
            }
        };
        all_keys.slice_set(&keys.contiguous()?, 1, self.len)?;
        all_values.slice_set(&values.contiguous()?, 1, self.len)?;
        self.len = end;
        let views = (all_keys.narrow(1, 0, end)?, all_values.narrow(1, 0, end)?);
        self.keys_values = Some((all_keys, all_values));
        Ok(views)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn rows(from: usize, count: usize) -> Tensor {
        let numbers: Vec<f32> = (from..from + count).map(|n| n as f32).collect();
        Tensor::from_vec(numbers, (1, count, 1), &Device::Cpu).unwrap()
    }

    #[test]
    fn rows_keep_their_order_through_growth_and_truncation() {
        let mut cache = KvCache::default();
        for (from, count) in [(0, 3), (3, 300), (303, 1), (304, 600)] {
            cache.append(&rows(from, count), &rows(from, count)).unwrap();
        }
        cache.truncate(2);
        let (keys, values) = cache.append(&rows(2, 2), &rows(7, 2)).unwrap();
        assert_eq!(keys.flatten_all().unwrap().to_vec1::<f32>().unwrap(), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(values.flatten_all().unwrap().to_vec1::<f32>().unwrap(), [0.0, 1.0, 7.0, 8.0]);
        assert_eq!(cache.len(), 4);
    }
}
