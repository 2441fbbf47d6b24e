//! The frame header of a JPEG: its kind, its size, its components.

use super::segments::{SOS, next_segment};
use crate::image_file::fault::Fault;
use fettle_domain::ImageKind;

/// A component of the picture, such as lightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    /// Its name in scan headers.
    pub(super) id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub(super) across: usize,
    /// Vertical sampling factor, 1 to 4.
    pub(super) down: usize,
    /// Number of its quantisation table.
    pub(super) table: u8,
}

/// A frame header that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Whether its scans refine each other.
    pub(super) progressive: bool,
    /// Width in pixels.
    pub(super) width: usize,
    /// Height in pixels.
    pub(super) height: usize,
    /// 1 to 4 components.
    pub(super) components: Vec<Component>,
}

impl Frame {
    /// Reads the segment of a start-of-frame marker; `None` for another marker.
    pub(super) fn read(marker: u8, payload: &[u8]) -> Option<Result<Self, Fault>> {
        if !matches!(marker, 0xC0..=0xCF | 0xF7) || matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            return None;
        }
        Some(Self::of_kind(marker, payload))
    }

    fn of_kind(marker: u8, payload: &[u8]) -> Result<Self, Fault> {
        let kind = match marker {
            0xF7 => Some(ImageKind::JpegLs),
            0xC3 => Some(ImageKind::LosslessJpeg),
            0xC5..=0xC7 => Some(ImageKind::HierarchicalJpeg),
            0xC9..=0xCF => Some(ImageKind::ArithmeticJpeg),
            _ => None,
        };
        if let Some(kind) = kind {
            return Err(Fault::NotRead(kind));
        }
        let broken = || Fault::damaged("its frame header is broken");
        let [bits, h0, h1, w0, w1, count, rest @ ..] = payload else { return Err(broken()) };
        if *bits != 8 {
            return Err(Fault::NotRead(ImageKind::DeepJpeg { bits: *bits }));
        }
        let (described, _) = rest.as_chunks::<3>();
        let components: Vec<Component> = described
            .iter()
            .take(usize::from(*count))
            .map(|[id, factors, table]| Component {
                id: *id,
                across: usize::from(factors >> 4),
                down: usize::from(factors & 15),
                table: *table,
            })
            .collect();
        let is_factor = |factor: usize| (1..=4).contains(&factor);
        let sound = components.iter().all(|one| is_factor(one.across) && is_factor(one.down));
        if components.len() != usize::from(*count) || !(1..=4).contains(count) || !sound {
            return Err(broken());
        }
        Ok(Self {
            progressive: marker == 0xC2,
            width: usize::from(u16::from_be_bytes([*w0, *w1])),
            height: usize::from(u16::from_be_bytes([*h0, *h1])),
            components,
        })
    }

    /// The largest sampling factors, across and down.
    pub(super) fn largest_factors(&self) -> (usize, usize) {
        let largest = |of: fn(&Component) -> usize| self.components.iter().map(of).max();
        (largest(|one| one.across).unwrap_or(1), largest(|one| one.down).unwrap_or(1))
    }

    /// Groups of blocks (MCUs) across and down, for scans of several components.
    pub(super) fn groups(&self) -> (usize, usize) {
        let (across, down) = self.largest_factors();
        (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down))
    }

    /// Blocks of a component across and down that its own scans hold.
    pub(super) fn blocks(&self, component: &Component) -> (usize, usize) {
        let (across, down) = self.largest_factors();
        let samples = |length: usize, factor: usize, of: usize| (length * factor).div_ceil(of);
        (
            samples(self.width, component.across, across).div_ceil(8),
            samples(self.height, component.down, down).div_ceil(8),
        )
    }
}

/// Checks by its frame header that a JPEG is of a kind that is read.
///
/// # Errors
/// [`Fault::NotRead`] for another kind. What cannot be found out here is not an error.
pub(in crate::image_file) fn read_kind(bytes: &[u8]) -> Result<(), Fault> {
    let mut at = 2;
    while let Some(segment) = next_segment(bytes, at) {
        match Frame::read(segment.marker, segment.payload) {
            Some(Err(fault @ Fault::NotRead(_))) => return Err(fault),
            Some(_) => return Ok(()),
            None if segment.marker == SOS => return Ok(()),
            None => at = segment.end,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_are_not_read_are_named() {
        let cases: [(u8, u8, Result<(), ImageKind>); 14] = [
            (0xC0, 8, Ok(())),
            (0xC1, 8, Ok(())),
            (0xC2, 8, Ok(())),
            (0xC1, 12, Err(ImageKind::DeepJpeg { bits: 12 })),
            (0xC2, 12, Err(ImageKind::DeepJpeg { bits: 12 })),
            (0xC3, 8, Err(ImageKind::LosslessJpeg)),
            (0xC3, 16, Err(ImageKind::LosslessJpeg)),
            (0xC5, 8, Err(ImageKind::HierarchicalJpeg)),
            (0xC9, 8, Err(ImageKind::ArithmeticJpeg)),
            (0xCA, 8, Err(ImageKind::ArithmeticJpeg)),
            (0xCB, 8, Err(ImageKind::ArithmeticJpeg)),
            (0xCE, 8, Err(ImageKind::ArithmeticJpeg)),
            (0xF7, 8, Err(ImageKind::JpegLs)),
            (0xF7, 16, Err(ImageKind::JpegLs)),
        ];
        for (marker, bits, expect) in cases {
            let frame = [0xFF, marker, 0, 11, bits, 0, 8, 0, 8, 1, 1, 0x11, 0];
            let bytes = [&b"\xFF\xD8\xFF\xE0\0\x04ab"[..], &frame].concat();
            let found = read_kind(&bytes).map_err(|fault| match fault {
                Fault::NotRead(kind) => kind,
                other => panic!("{other:?}"),
            });
            assert_eq!(found, expect, "{marker:x} of {bits} bits");
        }
    }
}
