//! Where tokens are: interleaved MRoPE (Qwen3-VL, arXiv 2511.21631). A token has a place in
//! time, down and across; text counts all three up together, a picture's tokens share one
//! time and are spread over the other two.

use std::ops::Range;

use candle_core::{Device, Result, Tensor};

/// A picture's place in a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    /// How many of them lie across.
    pub(super) columns: usize,
}

/// Time, row and column of each of `len` tokens, and where the text after them goes on.
/// `pictures` are in order and do not overlap.
pub(super) fn positions(len: usize, pictures: &[Placed]) -> (Vec<[u32; 3]>, u32) {
    let mut out = Vec::with_capacity(len);
    let mut next = 0u32;
    let text = |count: usize, out: &mut Vec<[u32; 3]>, next: &mut u32| {
        for _ in 0..count {
            out.push([*next; 3]);
            *next += 1;
        }
    };
    for Placed { tokens, columns } in pictures {
        text(tokens.start.saturating_sub(out.len()), &mut out, &mut next);
        let columns = (*columns).max(1);
        for token in 0..tokens.len() {
            let (row, column) = ((token / columns) as u32, (token % columns) as u32);
            out.push([next, next + row, next + column]);
        }
        next += tokens.len().div_ceil(columns).max(columns) as u32;
    }
    text(len.saturating_sub(out.len()), &mut out, &mut next);
    (out, next)
}

/// Turns positions into the angles of each column of half a head.
pub(super) struct Rotary {
    /// Angle a position, and which of the three positions it goes by.
    columns: Vec<(f32, usize)>,
    device: Device,
}

impl Rotary {
    /// For heads of twice as many columns as `sections` name for time, rows and columns.
    /// They take turns, time first, until one has had its share; what is left is time's.
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
    fn text_goes_on_behind_the_longer_side_of_a_picture() {
        let pictures = [Placed { tokens: 1..7, columns: 3 }, Placed { tokens: 8..10, columns: 1 }];
        let (at, next) = positions(11, &pictures);
        let expect = [
            [0, 0, 0],
            [1, 1, 1],
            [1, 1, 2],
            [1, 1, 3],
            [1, 2, 1],
            [1, 2, 2],
            [1, 2, 3],
            [4, 4, 4],
            [5, 5, 5],
            [5, 6, 5],
            [7, 7, 7],
        ];
        assert_eq!((at.as_slice(), next), (expect.as_slice(), 8));
    }

    #[test]
    fn the_three_take_turns_until_one_has_its_share() {
        let axes = |sections| -> Vec<usize> {
            let rotary = Rotary::new(1e4, sections, &Device::Cpu);
            rotary.columns.into_iter().map(|(_, axis)| axis).collect()
        };
        assert_eq!(axes([4, 2, 2]), [0, 1, 2, 0, 1, 2, 0, 0]);
        let real = axes([24, 20, 20]);
        assert_eq!([0, 1, 2].map(|axis| real.iter().filter(|a| **a == axis).count()), [24, 20, 20]);
        assert!(real[60..].iter().all(|axis| *axis == 0));
    }
}
