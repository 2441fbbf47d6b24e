//! The mark by which pictures that Fettle drew are told from photographs: a text chunk of PNG.

use std::io::Read;
use std::path::Path;

/// The start of a PNG file: its signature, and the chunk of its size, which is always the first.
const HEADER_BYTES: usize = 33;
/// The keyword, which the standard knows, and who wrote the file.
const SOFTWARE: &[u8] = b"Software\0Fettle";
/// The pictures of [`super::write_all`], also of versions that marked none, and the mask that the demo
/// lays beside them.
const EXPORTED: [&str; 7] = [
    "heatmap.png",
    "mask.png",
    "overlay.png",
    "comparison.png",
    "reference.png",
    "difference.png",
    "truth.png",
];

/// The bytes of a PNG file with the mark.
pub(super) fn marked(mut png: Vec<u8>) -> Vec<u8> {
    if png.len() < HEADER_BYTES {
        return png;
    }
    let chunk = text_chunk();
    png.splice(HEADER_BYTES..HEADER_BYTES, chunk);
    png
}

/// The chunk of the mark: length, type and data, checksum of the last two.
fn text_chunk() -> Vec<u8> {
    let typed = [b"tEXt", SOFTWARE].concat();
    let length = u32::try_from(SOFTWARE.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], &typed, &crc32fast::hash(&typed).to_be_bytes()].concat()
}

/// Whether Fettle drew the picture: it bears the mark, or it lies with its usual name beside the record
/// of an exported inspection.
pub fn is_own_picture(path: &Path) -> bool {
    is_exported(path) || has_mark(path)
}

fn has_mark(path: &Path) -> bool {
    let chunk = text_chunk();
    let mut head = Vec::new();
    let wanted = (HEADER_BYTES + chunk.len()) as u64;
    let read = fettle_system::open(path).and_then(|file| file.take(wanted).read_to_end(&mut head));
    read.is_ok() && head.get(HEADER_BYTES..).is_some_and(|rest| rest == chunk)
}

fn is_exported(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| EXPORTED.contains(&name))
        && ["result.json", "report.md"].iter().all(|name| path.with_file_name(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    #[test]
    fn a_drawn_picture_is_known_under_any_name_and_reads_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let picture = RgbImage::from_fn(20, 10, |x, y| image::Rgb([x as u8 * 9, y as u8, 7]));
        let drawn = dir.path().join("renamed.png");
        super::super::write_png(&drawn, &picture).unwrap();
        let photograph = dir.path().join("heatmap.png");
        picture.save(&photograph).unwrap();
        assert_eq!(image::open(&drawn).unwrap().to_rgb8(), picture);
        // File, whether Fettle drew it.
        let gone = dir.path().join("gone.png");
        for (path, expected) in [(&drawn, true), (&photograph, false), (&gone, false)] {
            assert_eq!(is_own_picture(path), expected, "{}", path.display());
        }
        // As older versions wrote it: by name, beside the record.
        for name in ["result.json", "report.md"] {
            std::fs::write(dir.path().join(name), "{}").unwrap();
        }
        assert!(is_own_picture(&photograph));
        // The truth of a part of the demo is no part.
        let truth = dir.path().join("truth.png");
        picture.save(&truth).unwrap();
        assert!(is_own_picture(&truth));
        let part = dir.path().join("part.png");
        picture.save(&part).unwrap();
        assert!(!is_own_picture(&part));
    }
}
