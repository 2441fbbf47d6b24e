//! Whether a name is that of a picture, or of what systems leave in folders.

use std::path::Path;

use crate::has_image_extension;

/// Endings of pictures of kinds that Fettle does not read: a file with one is refused by name, not
/// passed over.
const OTHER_PICTURES: &[&str] = &[
    "arw", "avif", "cr2", "cr3", "dcm", "dng", "exr", "gif", "hdr", "heic", "heif", "hif", "j2c",
    "j2k", "jls", "jp2", "jpf", "jpx", "jxl", "jxr", "nef", "orf", "pbm", "pcx", "pfm", "pgm",
    "pnm", "ppm", "psd", "qoi", "raf", "rw2", "tga",
];

/// Whether a name has the ending of a picture, of a kind that Fettle reads or of another.
pub fn has_picture_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    has_image_extension(path)
        || extension.is_some_and(|extension| {
            OTHER_PICTURES.iter().any(|known| extension.eq_ignore_ascii_case(known))
        })
}

/// Whether an entry of a folder or an archive is what a system leaves in every folder, by its name:
/// previews, settings, the second halves of a Mac's files. Nobody means it when naming the folder.
pub fn is_litter(name: &str) -> bool {
    const NAMES: &[&str] = &[
        ".DS_Store",
        ".directory",
        ".fseventsd",
        ".Spotlight-V100",
        ".TemporaryItems",
        ".Trashes",
        "@eaDir",
        "$RECYCLE.BIN",
        "__MACOSX",
        "desktop.ini",
        "ehthumbs.db",
        "System Volume Information",
        "Thumbs.db",
    ];
    name.starts_with("._") || NAMES.iter().any(|litter| name.eq_ignore_ascii_case(litter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_another_kind_is_known_by_its_ending() {
        for (name, expect) in [
            ("a.JFIF", true),
            ("a.jpe", true),
            ("IMG_0412.HEIC", true),
            ("scan.jp2", true),
            ("old.pgm", true),
            ("notes.txt", false),
            ("a.png.txt", false),
            ("png", false),
        ] {
            assert_eq!(has_picture_name(Path::new(name)), expect, "{name}");
        }
    }

    #[test]
    fn what_systems_leave_in_folders_is_litter() {
        for (name, expect) in [
            ("._ok_0.png", true),
            (".DS_Store", true),
            ("thumbs.DB", true),
            ("Desktop.ini", true),
            ("__MACOSX", true),
            ("@eaDir", true),
            (".hidden.png", false),
            ("_mask.png", false),
            ("ok_0.png", false),
            ("desktop.ini.png", false),
        ] {
            assert_eq!(is_litter(name), expect, "{name}");
        }
    }
}
