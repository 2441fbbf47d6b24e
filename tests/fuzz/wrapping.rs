//! Changes inside of what a checksum guards: a reader would otherwise see little but broken checksums.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::mutation::{MAX_BYTES, Mutator};

/// What the content of a file stands in.
#[derive(Clone, Copy)]
pub enum Wrapping {
    /// Nothing.
    None,
    /// A zip archive: its entries are changed, too.
    Zip,
    /// Something that this function makes right again after a change, as far as it can.
    Sealed(fn(&mut Vec<u8>)),
}

impl Wrapping {
    /// Changes `bytes`: one time in four blindly, otherwise inside of what wraps them.
    pub fn mutate(self, mutator: &mut Mutator, bytes: &mut Vec<u8>, other: &[u8]) {
        match self {
            Self::Zip if !mutator.once_in(4) => {
                if let Some(changed) = mutate_entry(mutator, bytes, other) {
                    *bytes = changed;
                    return;
                }
                mutator.mutate(bytes, other);
            }
            Self::Sealed(seal) if !mutator.once_in(4) => {
                mutator.mutate(bytes, other);
                seal(bytes);
            }
            _ => mutator.mutate(bytes, other),
        }
    }
}

/// The archive with one entry changed; `None` where it is no archive.
fn mutate_entry(mutator: &mut Mutator, bytes: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut entries = entries(bytes)?;
    let chosen = mutator.below(entries.len());
    let foreign = match self::entries(other) {
        Some(mut others) if !others.is_empty() => others.swap_remove(mutator.below(others.len())).1,
        _ => Vec::new(),
    };
    match mutator.below(24) {
        0 => drop((!entries.is_empty()).then(|| entries.remove(chosen))),
        1 => entries.get_mut(chosen)?.1 = foreign,
        2 => {
            let (name, content) = entries.get(chosen)?.clone();
            entries.push((format!("{name}/../{name}"), content));
        }
        _ => mutator.mutate(&mut entries.get_mut(chosen)?.1, &foreign),
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in &entries {
        zip.start_file(name.as_str(), options).ok()?;
        zip.write_all(content).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

/// Names and contents.
fn entries(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut entries = Vec::new();
    for index in 0..archive.len().min(64) {
        let Ok(entry) = archive.by_index(index) else { continue };
        let Ok(name) = entry.name().map(std::borrow::Cow::into_owned) else { continue };
        let mut content = Vec::new();
        // What cannot be unpacked whole is taken as far as it goes.
        let _ = entry.take(MAX_BYTES as u64).read_to_end(&mut content);
        entries.push((name, content));
    }
    Some(entries)
}

/// Makes the checksums of a PNG's chunks right again.
pub fn seal_png(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()) {
        let length = u32::from_be_bytes(length) as usize;
        let Some(sum) = bytes.get(at + 4..at + 8 + length).map(crc32) else { return };
        let place = at + 8 + length;
        let Some(old) = bytes.get_mut(place..place + 4) else { return };
        old.copy_from_slice(&sum.to_be_bytes());
        at = place + 4;
    }
}

/// CRC-32 as PNG and zip compute it (polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_png() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let mut end = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND....".to_vec();
        seal_png(&mut end);
        assert!(end.ends_with(&[0xAE, 0x42, 0x60, 0x82]));
    }

    #[test]
    fn a_changed_archive_can_still_be_read() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a.txt", SimpleFileOptions::default()).unwrap();
        zip.write_all(b"some text").unwrap();
        let sound = zip.finish().unwrap().into_inner();
        let mut mutator = Mutator::new(1);
        let changed = (0..100).filter_map(|_| mutate_entry(&mut mutator, &sound, &sound));
        let texts: Vec<_> = changed.map(|bytes| entries(&bytes).unwrap()).collect();
        assert_eq!(texts.len(), 100);
        let sound = entries(&sound).unwrap();
        assert!(texts.iter().filter(|entries| **entries != sound).count() > 80);
    }
}
