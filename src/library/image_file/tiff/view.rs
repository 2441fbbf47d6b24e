//! A TIFF in which the chosen picture is the first, and its samples mean nothing but themselves.
//!
//! The `tiff` crate reads pages only, not the directories below them, and refuses meanings of
//! samples (palette, CIE Lab) although it could read the samples. A few bytes of the file are
//! therefore read differently from what they are; the file is not copied.

use std::io::{Cursor, Read, Result, Seek, SeekFrom};

use tiff::TiffError;
use tiff::decoder::Decoder;

use crate::image_file::fault::Fault;
use fettle_domain::{ImageKind, TiffKind};

/// The decoder of the chosen picture.
pub(super) type ViewDecoder<'a> = Decoder<FileView<'a>>;

/// The bytes of a file, some of which are read as others.
#[derive(Debug)]
pub(super) struct FileView<'a> {
    file: Cursor<&'a [u8]>,
    /// Positions, and the bytes that are read there.
    changes: Vec<(u64, Vec<u8>)>,
}

impl<'a> FileView<'a> {
    pub(super) fn new(bytes: &'a [u8], changes: Vec<(u64, Vec<u8>)>) -> Self {
        Self { file: Cursor::new(bytes), changes }
    }
}

impl Read for FileView<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let start = self.file.position();
        let length = self.file.read(into)?;
        for (at, bytes) in &self.changes {
            for (position, byte) in (*at..).zip(bytes) {
                let place = position.checked_sub(start).and_then(|n| usize::try_from(n).ok());
                if let Some(place) = place.filter(|place| *place < length)
                    && let Some(target) = into.get_mut(place)
                {
                    *target = *byte;
                }
            }
        }
        Ok(length)
    }
}

impl Seek for FileView<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

/// What an error of the decoder means for the file.
pub(super) fn fault(error: &TiffError) -> Fault {
    match error {
        TiffError::UnsupportedError(_) => Fault::NotRead(ImageKind::Tiff(TiffKind::Other)),
        other => Fault::damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_bytes_are_read_from_wherever_reading_begins() {
        let changes = vec![(2, b"XY".to_vec()), (7, b"Z".to_vec())];
        for (from, expect) in
            [(0, &b"01XY456Z89"[..]), (2, b"XY456Z89"), (3, b"Y456Z89"), (8, b"89"), (12, b"")]
        {
            let mut view = FileView::new(b"0123456789", changes.clone());
            view.seek(SeekFrom::Start(from)).unwrap();
            let mut read = Vec::new();
            view.read_to_end(&mut read).unwrap();
            assert_eq!(read, expect, "from {from}");
        }
    }
}
