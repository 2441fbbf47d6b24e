//! Rotary position embedding (Su et al., arXiv 2104.09864) with one or three numbers per position.

use candle_core::{Device, Result, Tensor};

/// Angles of the columns of half a head.
pub(super) struct RotaryEmbedding {
    /// Angle per position of each column, and the axis of the position: time, row or column.
    columns: Vec<(f32, usize)>,
    device: Device,
}

impl RotaryEmbedding {
    /// Interleaved MRoPE (Qwen3-VL, arXiv 2511.21631). `sections` are the columns of half a head
    /// for time, rows and columns. The axes alternate, time first, until one has its number of
    /// columns; the rest belongs to time. With time alone the result is the plain rotary embedding.
    pub(super) fn new(theta: f64, sections: [usize; 3], device: &Device) -> Self {
        let half: usize = sections.iter().sum();
        let columns = (0..half).map(|column| {
            let candidate = column % 3;
            let is_spatial = candidate > 0 && column < 3 * sections[candidate];
            let axis = if is_spatial { candidate } else { 0 };
            (theta.powf(-(column as f64) / half as f64) as f32, axis)
        });
        Self { columns: columns.collect(), device: device.clone() }
    }

    /// Cosines and sines of `positions`, (positions, half a head) each.
    pub(super) fn angles(&self, positions: &[[u32; 3]]) -> Result<(Tensor, Tensor)> {
        let angles: Vec<f32> = positions
            .iter()
            .flat_map(|at| self.columns.iter().map(|(angle, axis)| at[*axis] as f32 * angle))
            .collect();
        let angles = Tensor::from_vec(angles, (positions.len(), self.columns.len()), &self.device)?;
        Ok((angles.cos()?, angles.sin()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axes_alternate_until_one_has_its_number_of_columns() {
        let axes = |sections| -> Vec<usize> {
            let rotary = RotaryEmbedding::new(1e4, sections, &Device::Cpu);
            rotary.columns.into_iter().map(|(_, axis)| axis).collect()
        };
        assert_eq!(axes([4, 2, 2]), [0, 1, 2, 0, 1, 2, 0, 0]);
        assert_eq!(axes([4, 0, 0]), [0; 4]);
        let real = axes([24, 20, 20]);
        assert_eq!([0, 1, 2].map(|axis| real.iter().filter(|a| **a == axis).count()), [24, 20, 20]);
        assert!(real[60..].iter().all(|axis| *axis == 0));
    }
}
