//! Samples of less than a byte.

/// Samples of 1, 2 or 4 bits, the first in the upper bits; each row begins with a byte.
pub(super) fn unpacked(packed: &[u8], bits: u32, in_row: usize) -> Vec<u8> {
    let row_bytes = (in_row * bits as usize).div_ceil(8).max(1);
    let each = 8 / bits.max(1);
    let mask = (1u8 << bits.min(7)) - 1;
    packed
        .chunks(row_bytes)
        .flat_map(|row| {
            row.iter()
                .flat_map(move |byte| (1..=each).map(move |n| byte >> (8 - n * bits) & mask))
                .take(in_row)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_taken_from_the_upper_bits_and_rows_begin_anew() {
        let cases: [(&[u8], u32, usize, &[u8]); 4] = [
            (&[0b1010_0000, 0b0110_0000], 1, 3, &[1, 0, 1, 0, 1, 1]),
            (&[0b1101_1000], 2, 3, &[3, 1, 2]),
            (&[0x4A, 0xF0], 4, 3, &[4, 10, 15]),
            (&[0x4A, 0xF0], 4, 1, &[4, 15]),
        ];
        for (packed, bits, in_row, expect) in cases {
            assert_eq!(unpacked(packed, bits, in_row), expect, "{bits} bits");
        }
    }
}
