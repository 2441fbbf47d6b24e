//! Where tokens are: interleaved MRoPE (Qwen3-VL, arXiv 2511.21631). A token has a place in
//! time, down and across; text counts all three up together, a picture's tokens share one
//! time and are spread over the other two.

use std::ops::Range;

/// Time, row and column of each of `len` tokens, and where the text after them goes on.
/// `pictures`, which tokens are theirs and how many of these lie across, are in order and do not
/// overlap.
pub(super) fn positions(len: usize, pictures: &[(Range<usize>, usize)]) -> (Vec<[u32; 3]>, u32) {
    let mut out = Vec::with_capacity(len);
    let mut next = 0u32;
    let text = |count: usize, out: &mut Vec<[u32; 3]>, next: &mut u32| {
        for _ in 0..count {
            out.push([*next; 3]);
            *next += 1;
        }
    };
    for (tokens, columns) in pictures {
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
    fn text_goes_on_behind_the_longer_side_of_a_picture() {
        let pictures = [(1..7, 3), (8..10, 1)];
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
}
