//! How strongly a JPEG was compressed.

use fettle_domain::JpegQuality;

/// Sum of the 64 steps of the quantisation table for lightness at quality 50 (ITU-T T.81, table K.1),
/// which the other qualities of the Independent JPEG Group scale.
const SUM_AT_50: u32 = 3688;

/// The quality whose table for lightness has these steps on average. Of tables that were not scaled
/// from the standard's it is an estimate.
pub(super) fn quality_of(table: &[u16; 64]) -> JpegQuality {
    let sum = table.iter().map(|step| u32::from(*step)).sum::<u32>();
    let percent = f64::from(sum) * 100.0 / f64::from(SUM_AT_50);
    let quality = if percent <= 100.0 { (200.0 - percent) / 2.0 } else { 5000.0 / percent };
    JpegQuality(quality.round().clamp(1.0, 100.0) as u8)
}

/// The tables of a DQT segment with their numbers; those cut short are left out.
pub(super) fn read_tables(mut payload: &[u8]) -> Vec<(u8, [u16; 64])> {
    let mut tables = Vec::new();
    while let [target, rest @ ..] = payload {
        let mut table = [0; 64];
        let length = if target >> 4 == 0 { 64 } else { 128 };
        let Some(steps) = rest.get(..length) else { return tables };
        if length == 64 {
            table.iter_mut().zip(steps).for_each(|(to, step)| *to = u16::from(*step));
        } else {
            let (pairs, _) = steps.as_chunks::<2>();
            table.iter_mut().zip(pairs).for_each(|(to, pair)| *to = u16::from_be_bytes(*pair));
        }
        tables.push((target & 15, table));
        payload = rest.get(length..).unwrap_or_default();
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_the_steps_gives_the_quality() {
        // Mean step, expected quality.
        for (step, quality) in [(1, 99), (12, 90), (58, 50), (115, 25), (255, 11), (65_535, 1)] {
            let found = quality_of(&[step; 64]).0;
            assert!(found.abs_diff(quality) <= 1, "{step}: {found}, not {quality}");
        }
    }

    #[test]
    fn tables_of_eight_and_sixteen_bits_are_read() {
        let bytes = [&[0x00][..], &[7; 64], &[0x11], &[1, 2].repeat(64)].concat();
        assert_eq!(read_tables(&bytes), [(0, [7; 64]), (1, [0x102; 64])]);
        assert_eq!(read_tables(&bytes[..70]), [(0, [7; 64])]);
    }
}
