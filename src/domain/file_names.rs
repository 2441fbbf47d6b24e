//! Names of image files.

use std::path::{Component, Path, PathBuf};

/// File name extensions of the image formats that Fettle reads, without the dot.
pub const IMAGE_EXTENSIONS: &[&str] =
    &["png", "jpg", "jpeg", "jpe", "jfif", "bmp", "tif", "tiff", "webp"];

/// Whether a file name has one of [`IMAGE_EXTENSIONS`], in any case.
pub fn has_image_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        IMAGE_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// The file at `path` (relative, with `/`) below `root`, as a database or a file of ours names it.
/// Steps that lead out, `..` or another disk, are left out: what the path names then is not there,
/// and nothing outside of `root` is read, whoever wrote the database.
pub fn path_below(root: &Path, path: &str) -> PathBuf {
    let mut whole = root.to_owned();
    for part in path.split('/') {
        let mut parts = Path::new(part).components();
        if let (Some(Component::Normal(name)), None) = (parts.next(), parts.next()) {
            whole.push(name);
        }
    }
    whole
}

/// The last component of a path with the separators of any system.
pub fn file_name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_extension() {
        for (path, expect) in [
            ("casting/사진.JPG", true),
            ("a.b.tiff", true),
            ("ok_8.jfif", true),
            ("ok_9.JPE", true),
            ("manual.pdf", false),
            ("png", false),
            (".png", false),
        ] {
            assert_eq!(has_image_extension(Path::new(path)), expect, "{path}");
        }
    }

    #[test]
    fn a_path_of_a_database_stays_below_its_root() {
        for (path, expect) in [
            ("data/uploads/1.png", "/w/data/uploads/1.png"),
            ("data/../../etc/passwd", "/w/data/etc/passwd"),
            ("../../etc/passwd", "/w/etc/passwd"),
            ("/etc/passwd", "/w/etc/passwd"),
            ("./data//x", "/w/data/x"),
            ("", "/w"),
        ] {
            assert_eq!(path_below(Path::new("/w"), path), Path::new(expect), "{path}");
        }
    }

    #[test]
    fn a_file_name_has_no_folders() {
        for (path, name) in [
            ("C:\\부품\\IMG 1.jpeg", "IMG 1.jpeg"),
            ("/line/a/1.png", "1.png"),
            ("1.png", "1.png"),
            ("", ""),
        ] {
            assert_eq!(file_name_of(path), name);
        }
    }
}
