//! Images in a zip archive, read one after the other. Entries are never unpacked to files: an
//! entry's name is only shown, never used as a path.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use encoding_rs::EUC_KR;
use zip::{CompressionMethod, ZipArchive};

use super::archive_fault::{ArchiveFault, archive_format, fault_of_whole};
use super::limits::{MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, MAX_FILE_BYTES};
use super::{LibraryError, Result};
use fettle_domain::{
    SIGNATURE_BYTES, has_picture_name, has_picture_signature, is_litter, normal_form,
};

/// An open zip archive of images.
pub struct ImageArchive {
    zip: ZipArchive<BufReader<File>>,
    images: Vec<Entry>,
    nested: Vec<PathBuf>,
    passed_over: Vec<PathBuf>,
}

struct Entry {
    index: usize,
    /// Name for messages: the archive's path followed by the entry's name.
    name: PathBuf,
    /// Unpacked size by the archive's directory.
    bytes: u64,
    /// Why it cannot be unpacked, by the archive's directory.
    fault: Option<ArchiveFault>,
}

/// What an entry is.
enum Content {
    Image,
    Archive,
    Other,
}

impl ImageArchive {
    /// Whether a file name has the extension `.zip`, in any case.
    pub fn has_zip_extension(path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
    }

    /// Whether a file is an archive by its first bytes, of the kind that Fettle reads or of
    /// another. A file that cannot be read is none.
    pub fn is_archive(path: &Path) -> bool {
        let Ok(file) = fettle_system::open(path) else { return false };
        let mut head = Vec::new();
        file.take(ArchiveFault::HEAD_BYTES).read_to_end(&mut head).is_ok()
            && archive_format(&head).is_some()
    }

    /// Checks that the images would fit on the disk of `folder`, unpacked.
    ///
    /// # Errors
    /// [`LibraryError::DiskFull`].
    pub fn check_room(&self, folder: &Path) -> Result<()> {
        let needed: u64 = self.images.iter().map(|image| image.bytes).sum();
        match fettle_system::free_bytes(folder) {
            Some(free) if free < needed => Err(LibraryError::DiskFull { path: folder.to_owned() }),
            _ => Ok(()),
        }
    }

    /// Opens an archive and lists its entries that are images, by content, by name. What systems
    /// leave in folders is ignored; other entries are [`Self::passed_over`] or
    /// [`Self::nested`].
    ///
    /// # Errors
    /// [`LibraryError::Io`], [`LibraryError::BadArchive`], also where it has nothing but other
    /// archives, [`LibraryError::EmptyArchive`] without images,
    /// [`LibraryError::ArchiveTooLarge`] above [`MAX_ARCHIVE_ENTRIES`] or, by the sizes in the
    /// archive's directory, [`MAX_ARCHIVE_BYTES`].
    pub fn open(path: &Path) -> Result<Self> {
        let io = |source| LibraryError::io(path, source);
        let mut file = fettle_system::open(path).map_err(io)?;
        let faulty = fault_of_whole(&mut file).map_err(io)?;
        file.rewind().map_err(io)?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| {
            let fault = faulty.unwrap_or_else(|| ArchiveFault::Damaged(error.to_string()));
            bad(path, fault)
        })?;
        let too_large = || LibraryError::ArchiveTooLarge { path: path.to_owned() };
        if zip.len() > MAX_ARCHIVE_ENTRIES {
            return Err(too_large());
        }
        let (mut images, mut nested, mut passed_over) = (Vec::new(), Vec::new(), Vec::new());
        let mut total: u64 = 0;
        for index in 0..zip.len() {
            let Some(Ok(name)) = zip.name_for_index(index) else { continue };
            let name = name.into_owned();
            let (name, bytes, fault, is_folder) = match zip.by_index_raw(index) {
                Ok(entry) => (
                    decode_cp949(entry.name_raw()).unwrap_or(name),
                    entry.size(),
                    entry_fault(entry.encrypted(), entry.compression()),
                    entry.is_dir(),
                ),
                // Reading the entry reports the error.
                Err(_) => (name, 0, None, false),
            };
            if is_folder || parts(&name).any(is_litter) {
                continue;
            }
            let content = match parts(&name).any(is_hidden) {
                true => Content::Other,
                false => content_of(&mut zip, index, &name, fault.is_none()),
            };
            let shown: String = normal_form(&name)
                .chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c })
                .collect();
            let name = PathBuf::from(format!("{}/{shown}", path.display()));
            match content {
                Content::Image => {
                    total = total.saturating_add(bytes);
                    images.push(Entry { index, name, bytes, fault });
                }
                Content::Archive => nested.push(name),
                Content::Other => passed_over.push(name),
            }
        }
        if total > MAX_ARCHIVE_BYTES {
            return Err(too_large());
        }
        nested.sort();
        passed_over.sort();
        match (images.is_empty(), nested.first()) {
            (true, Some(inner)) => return Err(bad(inner, ArchiveFault::Nested)),
            (true, None) => return Err(LibraryError::EmptyArchive { path: path.to_owned() }),
            (false, _) => {}
        }
        images.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { zip, images, nested, passed_over })
    }

    /// Names of the images for messages: the archive's path followed by the entry's name.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.images.iter().map(|entry| entry.name.as_path())
    }

    /// Archives in the archive, which are not looked into, each with its error.
    pub fn nested(&self) -> impl Iterator<Item = (&Path, LibraryError)> {
        self.nested.iter().map(|name| (name.as_path(), bad(name, ArchiveFault::Nested)))
    }

    /// Entries that are neither images nor archives, and hidden ones.
    pub fn passed_over(&self) -> &[PathBuf] {
        &self.passed_over
    }

    /// The bytes of the image at `index` of [`Self::names`]. Their number and checksum are those of
    /// the archive's directory, or the image is an error.
    ///
    /// # Errors
    /// [`LibraryError::BadArchive`] under the image's name (also for one that needs a password),
    /// [`LibraryError::EmptyFile`], [`LibraryError::FileTooBig`].
    pub fn read(&mut self, index: usize) -> Result<Vec<u8>> {
        let Some(Entry { index, name, bytes: declared, fault }) = self.images.get(index) else {
            return Ok(Vec::new());
        };
        if let Some(fault) = fault {
            return Err(bad(name, fault.clone()));
        }
        let (path, declared) = (name.clone(), *declared);
        if declared > MAX_FILE_BYTES {
            return Err(LibraryError::FileTooBig { path, bytes: declared, limit: MAX_FILE_BYTES });
        }
        let damaged =
            |why: &dyn std::fmt::Display| bad(&path, ArchiveFault::Damaged(why.to_string()));
        let entry = self.zip.by_index(*index).map_err(|error| damaged(&error))?;
        let mut bytes = Vec::new();
        // The reader compares the checksum at the end.
        let read = entry.take(declared + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        match read as u64 {
            read if read > declared => Err(damaged(&"longer than the archive says")),
            0 => Err(LibraryError::EmptyFile { path }),
            _ => Ok(bytes),
        }
    }
}

/// What an entry is: by its name where that is a picture's, else by its first bytes, where they can
/// be unpacked.
fn content_of(
    zip: &mut ZipArchive<BufReader<File>>,
    index: usize,
    name: &str,
    can_unpack: bool,
) -> Content {
    if has_picture_name(Path::new(name)) {
        return Content::Image;
    }
    let mut head = Vec::new();
    let read = match zip.by_index(index) {
        Ok(entry) if can_unpack => entry.take(ArchiveFault::HEAD_BYTES).read_to_end(&mut head),
        _ => Ok(0),
    };
    if read.is_ok() && has_picture_signature(head.get(..SIGNATURE_BYTES).unwrap_or(&head)) {
        Content::Image
    } else if archive_format(&head).is_some() || ArchiveFault::has_archive_name(Path::new(name)) {
        Content::Archive
    } else {
        Content::Other
    }
}

/// Why an entry cannot be unpacked, by the archive's directory.
fn entry_fault(is_encrypted: bool, method: CompressionMethod) -> Option<ArchiveFault> {
    if is_encrypted {
        return Some(ArchiveFault::Password);
    }
    let is_read = matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated);
    (!is_read).then(|| ArchiveFault::Method(ArchiveFault::method_name(method)))
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

fn bad(path: &Path, fault: ArchiveFault) -> LibraryError {
    LibraryError::BadArchive { path: path.to_owned(), fault }
}

/// The folders and the file of an entry's name, with the separators of any system.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(['/', '\\'])
}

fn is_hidden(part: &str) -> bool {
    part.starts_with('.') && part != "." && part != ".."
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
    fn every_entry_is_an_image_an_archive_passed_over_or_litter() {
        let png = encode(&picture(1, 8, 6), ImageFormat::Png);
        let inner = zipped(&[("a.png", &png)]);
        let seven = b"7z\xbc\xaf\x27\x1c\0\x04";
        let (dir, archive) = opened(&zipped(&[
            ("no ending", &png),
            ("wrong.dat", &png),
            ("scan.jp2", b"\0\0\0\x0cjP  \r\n\x87\n"),
            ("May/inner.zip", &inner),
            ("inner without ending", &inner),
            ("parts.7z", seven),
            ("notes.txt", b"-"),
            (".hidden.png", &png),
            (".git/x.png", &png),
            ("._no ending", b"\0\x05\x16\x07"),
            ("__MACOSX/x/y.png", &png),
            ("line/Thumbs.db", b"-"),
        ]));
        let archive = archive.unwrap();
        let zip = dir.path().join("parts.zip");
        let shown = |name: &Path| name.strip_prefix(&zip).unwrap().to_str().unwrap().to_owned();
        let images: Vec<String> = archive.names().map(shown).collect();
        let nested: Vec<String> = archive.nested().map(|(name, _)| shown(name)).collect();
        let others: Vec<String> = archive.passed_over().iter().map(|name| shown(name)).collect();
        assert_eq!(images, ["no ending", "scan.jp2", "wrong.dat"]);
        assert_eq!(nested, ["May/inner.zip", "inner without ending", "parts.7z"]);
        assert_eq!(others, [".git/x.png", ".hidden.png", "notes.txt"]);
        // Names that a Mac took apart are shown as they look.
        let (dir, archive) = opened(&zipped(&[("\u{1100}\u{1161}.png", &png)]));
        let archive = archive.unwrap();
        let names: Vec<&Path> = archive.names().collect();
        assert_eq!(names, [dir.path().join("parts.zip/가.png")]);
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
