//! Images in a zip archive, read one after the other. Entries are never unpacked to files: an
//! entry's name is only shown, never used as a path.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use encoding_rs::EUC_KR;
use zip::ZipArchive;

use super::limits::{MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, MAX_FILE_BYTES};
use super::{LibraryError, Result};
use fettle_domain::has_image_extension;

/// An open zip archive of images.
pub struct ImageArchive {
    zip: ZipArchive<BufReader<File>>,
    images: Vec<Entry>,
}

struct Entry {
    index: usize,
    /// Name for messages: the archive's path followed by the entry's name.
    name: PathBuf,
    /// Unpacked size by the archive's directory.
    bytes: u64,
}

impl ImageArchive {
    /// Whether a file name has the extension `.zip`, in any case.
    pub fn has_zip_extension(path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
    }

    /// Opens an archive and lists its entries with image extensions by name. Hidden entries
    /// (`__MACOSX`, names that begin with a dot) are ignored.
    ///
    /// # Errors
    /// [`LibraryError::Io`], [`LibraryError::BadArchive`], [`LibraryError::EmptyArchive`]
    /// without images, [`LibraryError::ArchiveTooLarge`] above [`MAX_ARCHIVE_ENTRIES`] or, by the
    /// sizes in the archive's directory, [`MAX_ARCHIVE_BYTES`].
    pub fn open(path: &Path) -> Result<Self> {
        let io = |source| LibraryError::io(path, source);
        let file = File::open(path).map_err(io)?;
        if !file.metadata().map_err(io)?.is_file() {
            return Err(io(std::io::Error::new(ErrorKind::InvalidInput, "not a regular file")));
        }
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| bad(path, &error))?;
        let too_large = || LibraryError::ArchiveTooLarge { path: path.to_owned() };
        if zip.len() > MAX_ARCHIVE_ENTRIES {
            return Err(too_large());
        }
        let mut images = Vec::new();
        let mut total: u64 = 0;
        for index in 0..zip.len() {
            let Some(Ok(name)) = zip.name_for_index(index) else { continue };
            if !is_image(&name) {
                continue;
            }
            let name = name.into_owned();
            let (name, bytes) = match zip.by_index_raw(index) {
                Ok(entry) => (decode_cp949(entry.name_raw()).unwrap_or(name), entry.size()),
                // Reading the entry reports the error.
                Err(_) => (name, 0),
            };
            let shown: String =
                name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
            let name = PathBuf::from(format!("{}/{shown}", path.display()));
            total = total.saturating_add(bytes);
            images.push(Entry { index, name, bytes });
        }
        if total > MAX_ARCHIVE_BYTES {
            return Err(too_large());
        }
        if images.is_empty() {
            return Err(LibraryError::EmptyArchive { path: path.to_owned() });
        }
        images.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { zip, images })
    }

    /// Names of the images for messages: the archive's path followed by the entry's name.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.images.iter().map(|entry| entry.name.as_path())
    }

    /// The bytes of the image at `index` of [`Self::names`]. Their number and checksum are those of
    /// the archive's directory, or the image is an error.
    ///
    /// # Errors
    /// [`LibraryError::BadArchive`] under the image's name (also for one that needs a password),
    /// [`LibraryError::EmptyFile`], [`LibraryError::FileTooBig`].
    pub fn read(&mut self, index: usize) -> Result<Vec<u8>> {
        let Some(Entry { index, name, bytes: declared }) = self.images.get(index) else {
            return Ok(Vec::new());
        };
        let (path, declared) = (name.clone(), *declared);
        if declared > MAX_FILE_BYTES {
            return Err(LibraryError::FileTooBig { path, bytes: declared, limit: MAX_FILE_BYTES });
        }
        let entry = self.zip.by_index(*index).map_err(|error| bad(name, &error))?;
        let mut bytes = Vec::new();
        // The reader compares the checksum at the end.
        let read = entry.take(declared + 1).read_to_end(&mut bytes).map_err(|e| bad(name, &e))?;
        match read as u64 {
            read if read > declared => Err(bad(name, &"longer than the archive says")),
            0 => Err(LibraryError::EmptyFile { path }),
            _ => Ok(bytes),
        }
    }
}

/// A file name in CP949 (the WHATWG's EUC-KR), as Korean Windows writes it without marking the
/// encoding. `None` for UTF-8 and for names that are not CP949, which by the format are CP437
/// (APPNOTE.TXT, appendix D).
fn decode_cp949(name: &[u8]) -> Option<String> {
    if std::str::from_utf8(name).is_ok() {
        return None;
    }
    let decoded = EUC_KR.decode_without_bom_handling_and_without_replacement(name)?;
    Some(decoded.into_owned())
}

fn bad(path: &Path, why: &dyn std::fmt::Display) -> LibraryError {
    LibraryError::BadArchive { path: path.to_owned(), why: why.to_string() }
}

/// Whether an entry has an image extension and is not hidden.
fn is_image(name: &str) -> bool {
    let is_hidden = |part: &str| part.starts_with('.') && part != "." && part != "..";
    let mut parts = name.split(['/', '\\']);
    has_image_extension(Path::new(name)) && !parts.any(|part| part == "__MACOSX" || is_hidden(part))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use image::ImageFormat;
    use proptest::prelude::*;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::tests::fixtures::{encode, picture};

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (n, (name, bytes)) in entries.iter().enumerate() {
            let methods = [CompressionMethod::Deflated, CompressionMethod::Stored];
            let options = SimpleFileOptions::default().compression_method(methods[n % 2]);
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn opened(bytes: &[u8]) -> (tempfile::TempDir, Result<ImageArchive>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("parts.zip");
        std::fs::write(&path, bytes).unwrap();
        let archive = ImageArchive::open(&path);
        (dir, archive)
    }

    #[test]
    fn the_images_are_listed_by_name_and_read() {
        let (a, b) = (encode(&picture(1, 8, 6), ImageFormat::Png), b"no picture".to_vec());
        let (dir, archive) = opened(&zipped(&[
            ("line 2/부품.PNG", &a),
            ("../../evil.jpg", &b),
            ("notes.txt", b"-"),
            ("__MACOSX/._a.png", b"-"),
            (".hidden.png", b"-"),
            ("/etc/a\n.bmp", b""),
        ]));
        let mut archive = archive.unwrap();
        let names: Vec<String> = archive
            .names()
            .map(|name| name.strip_prefix(dir.path()).unwrap().display().to_string())
            .collect();
        let expected = ["../../evil.jpg", "/etc/a\u{fffd}.bmp", "line 2/부품.PNG"];
        assert_eq!(names, expected.map(|name| format!("parts.zip/{name}")));
        assert_eq!(archive.read(0).unwrap(), b);
        assert!(matches!(archive.read(1), Err(LibraryError::EmptyFile { .. })));
        assert_eq!(archive.read(2).unwrap(), a);
    }

    #[test]
    fn names_are_read_as_korean_windows_wrote_them() {
        // Name as written, four bytes of CP949 that replace its first four, expected.
        let cases: [(&str, &[u8], &str); 4] = [
            ("AAAA.png", b"\xba\xce\xc7\xb0", "부품.png"),
            // A syllable that is in CP949 and not in KS X 1001.
            ("BBBB/b.png", &[0x8c, 0x63, 0xb9, 0xe6], "똠방/b.png"),
            // Not CP949: CP437, as the format says.
            ("CCCC.png", b"\x81\x20\x82\x20", "ü é .png"),
            ("부품.png", "부품".as_bytes(), "부품.png"),
        ];
        let names: Vec<&str> = cases.iter().map(|(written, ..)| *written).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &b"-"[..])).collect();
        let mut zip = zipped(&entries);
        for (letters, korean, _) in &cases[..3] {
            let letters = &letters.as_bytes()[..4];
            let places: Vec<usize> =
                (0..zip.len() - 4).filter(|at| zip[*at..at + 4] == *letters).collect();
            // In the local header and in the directory.
            assert_eq!(places.len(), 2);
            for at in places {
                zip[at..at + 4].copy_from_slice(korean);
            }
        }
        let (dir, archive) = opened(&zip);
        let mut archive = archive.unwrap();
        let zip = dir.path().join("parts.zip");
        let mut found: Vec<String> = archive
            .names()
            .map(|name| name.strip_prefix(&zip).unwrap().display().to_string())
            .collect();
        for place in 0..found.len() {
            assert_eq!(archive.read(place).unwrap(), b"-");
        }
        let mut expected: Vec<&str> = cases.iter().map(|(.., name)| *name).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn archives_without_images_and_other_files_are_errors() {
        let (_dir, archive) = opened(&zipped(&[("notes.txt", b"-")]));
        assert!(matches!(archive, Err(LibraryError::EmptyArchive { .. })));
        let (_dir, archive) = opened(b"no zip");
        assert!(matches!(archive, Err(LibraryError::BadArchive { .. })));
        let gone = ImageArchive::open(Path::new("gone.zip"));
        assert!(matches!(gone, Err(LibraryError::Io { .. })));
    }

    /// Overwrites the unpacked size in the directory of a zip with one entry (APPNOTE.TXT 4.3.12:
    /// 24 bytes after the signature).
    fn with_declared_size(bytes: &[u8], size: u32) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
        bytes
    }

    #[test]
    fn no_more_bytes_are_read_than_declared() {
        // Ten megabytes of zeros take ten thousand bytes.
        let bomb = zipped(&[("bomb.png", &[0; 10 << 20])]);
        assert!(bomb.len() < 20_000, "{}", bomb.len());
        let read = |size: u32| opened(&with_declared_size(&bomb, size)).1.unwrap().read(0);
        assert_eq!(read(10 << 20).unwrap().len(), 10 << 20);
        let error = read(100).unwrap_err();
        assert!(
            matches!(&error, LibraryError::BadArchive { path, .. }
            if path.ends_with("parts.zip/bomb.png")),
            "{error}"
        );
        assert!(matches!(read(u32::MAX - 1), Err(LibraryError::FileTooBig { .. })));
        // Many entries that are too large together.
        let names: Vec<String> = (0..20).map(|n| format!("{n}.png")).collect();
        let entries: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), &[0; 9][..])).collect();
        let mut many = zipped(&entries);
        let signature: Vec<usize> =
            (0..many.len() - 4).filter(|at| &many[*at..at + 4] == b"PK\x01\x02").collect();
        assert_eq!(signature.len(), 20);
        for at in signature {
            many[at + 24..at + 28].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
        }
        assert!(matches!(opened(&many).1, Err(LibraryError::ArchiveTooLarge { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        #[test]
        fn a_mutated_zip_is_an_error_or_images(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            keep in any::<prop::sample::Index>(),
            cut in prop::bool::weighted(0.2),
        ) {
            let image = encode(&picture(3, 8, 6), ImageFormat::Png);
            let mut bytes = zipped(&[("a.png", &image), ("b/c.jpg", b"no picture"), ("d.bmp", &image)]);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cut {
                bytes.truncate(keep.index(bytes.len()));
            }
            if let (_dir, Ok(mut archive)) = opened(&bytes) {
                let count = archive.names().len();
                for place in 0..count {
                    if let Ok(read) = archive.read(place) {
                        // The checksum holds, so this is one of the entries that were written.
                        prop_assert!(read == image || read == b"no picture");
                    }
                }
            }
        }
    }
}
