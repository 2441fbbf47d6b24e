//! The range of samples in a PNG of 16 bits.

use super::sample_range::SampleRange;
use super::several::png_chunks;

/// The range by the chunk `sBIT`, which says how many bits the camera gave.
///
/// The format asks that they are stretched over all 16 (PNG, section 13.12), and then the range is
/// the full one. Some programs write the camera's numbers as they are. That shows: no sample is
/// larger than those bits, and the lower bits are not what stretching makes of the upper ones.
pub(super) fn declared_bits(
    bytes: &[u8],
    samples: impl Iterator<Item = u16> + Clone,
) -> Option<SampleRange> {
    let (_, content) = png_chunks(bytes).find(|(name, _)| *name == b"sBIT")?;
    let bits = u32::from(*content.iter().max()?);
    if !(8..16).contains(&bits) {
        return None;
    }
    let most = (1u16 << bits) - 1;
    let is_stretched = |sample: u16| {
        let upper = sample >> (16 - bits);
        let zeros = upper << (16 - bits);
        sample == zeros || sample == zeros | upper >> (2 * bits).saturating_sub(16)
    };
    let as_they_are =
        samples.clone().all(|sample| sample <= most) && !samples.clone().all(is_stretched);
    as_they_are.then(|| SampleRange::of_bits(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_bits_count_where_the_samples_were_not_stretched() {
        let png = |bits: u8| {
            let header = [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &[0; 17]].concat();
            [&header[..], &[0, 0, 0, 1], b"sBIT", &[bits], &[0; 4]].concat()
        };
        let range = |bits| Some(SampleRange::of_bits(bits));
        let cases: [(u8, &[u16], Option<SampleRange>); 8] = [
            (12, &[7, 4095], range(12)),
            (10, &[1023, 5], range(10)),
            // Stretched by zeros, by repetition; dark as well.
            (12, &[0xABC0, 0x1230], None),
            (12, &[0xABCA, 0x1231], None),
            (12, &[0x0120, 0x0F30], None),
            (12, &[4096, 7], None),
            (16, &[7, 4095], None),
            (3, &[1, 2], None),
        ];
        for (bits, samples, expect) in cases {
            let found = declared_bits(&png(bits), samples.iter().copied());
            assert_eq!(found, expect, "{bits} bits of {samples:?}");
        }
        assert_eq!(declared_bits(b"\x89PNG\r\n\x1a\n", [7].into_iter()), None);
    }
}
