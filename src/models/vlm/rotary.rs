//! Rotary positions (Su et al., arXiv 2104.09864), of one or three numbers a token.

use candle_core::{Device, Result, Tensor};

/// Turns positions into the angles of each column of half a head.
pub(super) struct Rotary {
    /// Angle a position, and which of the three positions it goes by.
    columns: Vec<(f32, usize)>,
    device: Device,
}

impl Rotary {
    /// For heads of twice as many columns as `sections` name for time, rows and columns
    /// (interleaved MRoPE, Qwen3-VL, arXiv 2511.21631). They take turns, time first, until one has
    /// had its share; what is left is time's. With time alone they are plain rotary positions.
    pub(super) fn new(theta: f64, sections: [usize; 3], device: &Device) -> Self {
        let half: usize = sections.iter().sum();
        let columns = (0..half).map(|column| {
            let turn = column % 3;
            let axis = if turn > 0 && column < 3 * sections[turn] { turn } else { 0 };
            (theta.powf(-(column as f64) / half as f64) as f32, axis)
        });
        Self { columns: columns.collect(), device: device.clone() }
    }

    /// Cosines and sines, (positions, half a head) each.
    pub(super) fn turn(&self, positions: &[[u32; 3]]) -> Result<(Tensor, Tensor)> {
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
    fn the_three_take_turns_until_one_has_its_share() {
        let axes = |sections| -> Vec<usize> {
            let rotary = Rotary::new(1e4, sections, &Device::Cpu);
            rotary.columns.into_iter().map(|(_, axis)| axis).collect()
        };
        assert_eq!(axes([4, 2, 2]), [0, 1, 2, 0, 1, 2, 0, 0]);
        assert_eq!(axes([4, 0, 0]), [0; 4]);
        let real = axes([24, 20, 20]);
        assert_eq!([0, 1, 2].map(|axis| real.iter().filter(|a| **a == axis).count()), [24, 20, 20]);
        assert!(real[60..].iter().all(|axis| *axis == 0));
    }
}
