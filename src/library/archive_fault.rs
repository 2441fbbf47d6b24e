//! Why an archive cannot be unpacked, as far as its bytes say.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use zip::CompressionMethod;

/// Why an archive, or an entry of one, cannot be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveFault {
    /// The file is an archive of another format, whatever its name says.
    #[error("a {0} archive, which is not read")]
    OtherFormat(&'static str),
    /// The file is no archive but of this format, as a download leaves it that went wrong.
    #[error("a file of the format {0}")]
    NoArchive(&'static str),
    /// The end of the archive is missing, where its directory is.
    #[error("its end is missing")]
    Cut,
    /// The archive is one of several volumes.
    #[error("one part of an archive in several parts")]
    Volume,
    /// The entry is packed with a method that is not read, named.
    #[error("packed with {0}")]
    Method(String),
    /// The entry is encrypted.
    #[error("a password is needed")]
    Password,
    /// The entry is an archive itself.
    #[error("an archive within the archive")]
    Nested,
    /// The bytes contradict the format or their checksum, in the reader's words.
    #[error("{0}")]
    Damaged(String),
}

/// Signatures of formats at a position, with the formats' names.
const FORMATS: &[(usize, &[u8], &str)] = &[
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"PK\x07\x08", ZIP),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (0, b"\x1f\x8b", "gzip (.gz, .tgz)"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"ALZ\x01", "ALZ"),
    (0, b"EGGA", "EGG"),
    (0, b"MSCF", "CAB"),
    (2, b"-lh", "LZH"),
    (257, b"ustar", "tar"),
];
const ZIP: &str = "zip";

/// Beginnings of files that a download leaves in the place of an archive.
const OTHER_FILES: &[(&str, &str)] =
    &[("<!doctype html", "HTML"), ("<html", "HTML"), ("%pdf-", "PDF")];

impl ArchiveFault {
    /// Number of first bytes that tell an archive's format: tar's signature comes last.
    pub(crate) const HEAD_BYTES: u64 = 264;

    /// Whether a name has the ending of an archive.
    pub(crate) fn has_archive_name(path: &Path) -> bool {
        let endings = [
            "zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "alz", "egg", "cab", "lzh",
        ];
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|own| endings.iter().any(|one| own.eq_ignore_ascii_case(one)))
    }

    /// The name of a packing method, as packers call it.
    pub(crate) fn method_name(method: CompressionMethod) -> String {
        // APPNOTE.TXT, 4.4.5. Without their features the methods of the crate have numbers alone.
        #[expect(deprecated, reason = "the number of a method that the crate does not unpack")]
        let number = method.to_u16();
        match number {
            1 => "Shrink".to_owned(),
            2..=5 => "Reduce".to_owned(),
            6 => "Implode".to_owned(),
            9 => "Deflate64".to_owned(),
            12 => "BZIP2".to_owned(),
            14 => "LZMA".to_owned(),
            20 | 93 => "Zstandard".to_owned(),
            94 => "MP3".to_owned(),
            95 => "XZ".to_owned(),
            96 => "JPEG".to_owned(),
            97 => "WavPack".to_owned(),
            98 => "PPMd".to_owned(),
            other => format!("method {other}"),
        }
    }
}

/// The format of an archive by its first bytes; `None` for what is no archive.
pub(crate) fn archive_format(head: &[u8]) -> Option<&'static str> {
    FORMATS
        .iter()
        .find(|(at, signature, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(signature)))
        .map(|(.., name)| *name)
}

/// Why a file that should be a zip archive may not be one; `None` where nothing is conspicuous.
/// Self-extracting archives begin with a program, so that only their end counts.
pub(crate) fn fault_of_whole(file: &mut File) -> std::io::Result<Option<ArchiveFault>> {
    let mut head = Vec::new();
    file.by_ref().take(ArchiveFault::HEAD_BYTES).read_to_end(&mut head)?;
    if head.starts_with(b"PK\x07\x08") {
        return Ok(Some(ArchiveFault::Volume));
    }
    match archive_format(&head) {
        Some(ZIP) => Ok((!has_end(file)?).then_some(ArchiveFault::Cut)),
        Some(other) => Ok(Some(ArchiveFault::OtherFormat(other))),
        None => {
            let words = String::from_utf8_lossy(&head).trim_start().to_ascii_lowercase();
            let found = OTHER_FILES.iter().find(|(begin, _)| words.starts_with(begin));
            Ok(found.map(|(_, name)| ArchiveFault::NoArchive(name)))
        }
    }
}

/// Whether the file has the record that ends a zip archive, which only a comment of up to 64 KiB
/// follows.
fn has_end(file: &mut File) -> std::io::Result<bool> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(22 + 0xffff)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(tail.windows(4).any(|four| four == b"PK\x05\x06"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageArchive, LibraryError};

    /// A zip of one entry, by hand: `method`, `flags`, bytes.
    fn zip_of(name: &str, method: u16, flags: u16, bytes: &[u8]) -> Vec<u8> {
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let common = |out: &mut Vec<u8>| {
            out.extend([20, 0]);
            out.extend(flags.to_le_bytes());
            out.extend(method.to_le_bytes());
            out.extend([0; 8]);
            out.extend(size);
            out.extend(size);
            out.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            out.extend([0, 0]);
        };
        let mut zip = b"PK\x03\x04".to_vec();
        common(&mut zip);
        zip.extend(name.as_bytes());
        zip.extend(bytes);
        let directory = zip.len();
        zip.extend(b"PK\x01\x02\x14\0");
        common(&mut zip);
        zip.extend([0; 14]);
        zip.extend(name.as_bytes());
        let end = zip.len();
        zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend(u32::try_from(end - directory).unwrap().to_le_bytes());
        zip.extend(u32::try_from(directory).unwrap().to_le_bytes());
        zip.extend([0, 0]);
        zip
    }

    fn fault(bytes: &[u8]) -> Option<ArchiveFault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("parts.zip");
        std::fs::write(&path, bytes).unwrap();
        let read = ImageArchive::open(&path).and_then(|mut archive| archive.read(0));
        match read {
            Ok(_) => None,
            Err(LibraryError::BadArchive { fault, .. }) => Some(fault),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_reason_is_the_archives_own() {
        let tar = [&[b'a'; 257][..], b"ustar\x0000"].concat();
        let sound = zip_of("a.png", 0, 0, b"-");
        let method = |number| zip_of("a.png", number, 0, b"-");
        let named = |name: &str| Some(ArchiveFault::Method(name.to_owned()));
        let other = |name| Some(ArchiveFault::OtherFormat(name));
        let cases: [(&str, Vec<u8>, Option<ArchiveFault>); 19] = [
            ("7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), other("7z")),
            ("RAR", b"Rar!\x1a\x07\x01\0".to_vec(), other("RAR")),
            ("gzip", b"\x1f\x8b\x08\0".to_vec(), other("gzip (.gz, .tgz)")),
            ("tar", tar, other("tar")),
            ("ALZ", b"ALZ\x01\x0a\0".to_vec(), other("ALZ")),
            ("EGG", b"EGGA\0\x01".to_vec(), other("EGG")),
            (
                "page of a login",
                b"\r\n<!DOCTYPE html>".to_vec(),
                Some(ArchiveFault::NoArchive("HTML")),
            ),
            ("cut", sound[..sound.len() - 30].to_vec(), Some(ArchiveFault::Cut)),
            ("cut in its first entry", sound[..20].to_vec(), Some(ArchiveFault::Cut)),
            ("volume", b"PK\x07\x08PK\x03\x04".to_vec(), Some(ArchiveFault::Volume)),
            ("LZMA", method(14), named("LZMA")),
            ("Deflate64", method(9), named("Deflate64")),
            ("BZIP2", method(12), named("BZIP2")),
            ("Zstandard", method(93), named("Zstandard")),
            ("XZ", method(95), named("XZ")),
            ("PPMd", method(98), named("PPMd")),
            ("unknown", method(77), named("method 77")),
            ("encrypted", zip_of("a.png", 8, 1, b"-"), Some(ArchiveFault::Password)),
            ("zip in zip", zip_of("b.zip", 0, 0, &sound), Some(ArchiveFault::Nested)),
        ];
        for (what, bytes, expect) in cases {
            assert_eq!(fault(&bytes), expect, "{what}");
        }
        // A wrong checksum, and no archive at all.
        assert!(matches!(fault(&sound), Some(ArchiveFault::Damaged(_))));
        assert!(matches!(fault(b"no zip"), Some(ArchiveFault::Damaged(_))));
    }

    #[test]
    fn an_archive_is_known_by_its_first_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for (bytes, expect) in [
            (&b"PK\x03\x04\x14\0"[..], true),
            (b"PK\x05\x06\0\0", true),
            (b"Rar!\x1a\x07\0", true),
            (b"PK is a name", false),
            (b"\xff\xd8\xff\xe0", false),
            (b"", false),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(ImageArchive::is_archive(&path), expect, "{bytes:?}");
        }
        assert!(!ImageArchive::is_archive(dir.path()));
        for (name, expect) in [("a.ZIP", true), ("a.tar.gz", true), ("zip", false), ("a.egg", true)]
        {
            assert_eq!(ArchiveFault::has_archive_name(Path::new(name)), expect, "{name}");
        }
    }
}
