//! Positions of the tokens for MRoPE (Qwen3-VL, arXiv 2511.21631). A position has three numbers:
//! time, row and column. Text counts all three up together; the tokens of an image share one time
//! and have the rows and columns of their patches.

use std::ops::Range;

/// Time, row and column of each of `len` tokens, and the position after them. `images` has the
/// token range and the number of columns of each image, in order and without overlap.
pub(super) fn mrope_positions(
    len: usize,
    images: &[(Range<usize>, usize)],
) -> (Vec<[u32; 3]>, u32) {
    let mut out = Vec::with_capacity(len);
    let mut next = 0u32;
    let text = |count: usize, out: &mut Vec<[u32; 3]>, next: &mut u32| {
        for _ in 0..count {
            out.push([*next; 3]);
            *next += 1;
        }
    };
    for (tokens, columns) in images {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_continues_after_the_longer_side_of_an_image() {
        let images = [(1..7, 3), (8..10, 1)];
        let (at, next) = mrope_positions(11, &images);
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
}
