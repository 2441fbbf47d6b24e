//! The marker segments of a JPEG (ITU-T T.81, annex B).

/// A marker and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    /// The byte after 0xFF.
    pub(super) marker: u8,
    /// What follows the length; empty for a marker that stands alone.
    pub(super) payload: &'a [u8],
    /// Position of the marker's 0xFF.
    pub(super) start: usize,
    /// Position after the segment.
    pub(super) end: usize,
}

/// End of image.
pub(super) const EOI: u8 = 0xD9;
/// Start of scan.
pub(super) const SOS: u8 = 0xDA;
/// Huffman tables.
pub(super) const DHT: u8 = 0xC4;
/// Quantisation tables.
pub(super) const DQT: u8 = 0xDB;
/// Restart interval.
pub(super) const DRI: u8 = 0xDD;

/// The next segment from position `at` on; bytes before its marker are passed over. `None` where no
/// marker follows, or the segment reaches beyond the end.
pub(super) fn next_segment(bytes: &[u8], at: usize) -> Option<Segment<'_>> {
    let start = next_marker(bytes, at)?;
    let marker = *bytes.get(start + 1)?;
    if matches!(marker, 0x01 | 0xD0..=EOI) {
        return Some(Segment { marker, payload: &[], start, end: start + 2 });
    }
    let length = bytes.get(start + 2..)?.first_chunk().map(|two| u16::from_be_bytes(*two))?;
    let end = start + 2 + usize::from(length).max(2);
    let payload = bytes.get(start + 4..end)?;
    Some(Segment { marker, payload, start, end })
}

/// The position of the next marker from `at` on: of 0xFF and a byte that is neither stuffing (0x00)
/// nor fill (0xFF).
pub(super) fn next_marker(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let found = rest.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF))?;
    Some(at + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_follow_each_other_over_fill_and_stuffing() {
        let bytes = b"\xFF\xD8\xFF\xFF\xE0\0\x04ab..\xFF\0\xFF\xD0\xFF\xD9";
        let mut at = 0;
        let mut found = Vec::new();
        while let Some(segment) = next_segment(bytes, at) {
            found.push((segment.marker, segment.payload, segment.start));
            at = segment.end;
        }
        let expected: [(u8, &[u8], usize); 4] =
            [(0xD8, b"", 0), (0xE0, b"ab", 3), (0xD0, b"", 13), (EOI, b"", 15)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_segment_beyond_the_end_is_none() {
        for bytes in [&b""[..], b"\xFF", b"\xFF\xE0", b"\xFF\xE0\0\x09abc", b"abc\xFF\0"] {
            assert_eq!(next_segment(bytes, 0), None, "{}", bytes.escape_ascii());
        }
    }
}
