//! What a file of an image is called.

use std::path::Path;

/// Endings of the images that Fettle reads.
pub const IMAGE_ENDINGS: &[&str] = &["png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp"];

/// Whether a file of this name says that it is an image.
pub fn is_named_as_image(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| IMAGE_ENDINGS.iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_so() {
        for (path, expect) in [
            ("casting/사진.JPG", true),
            ("a.b.tiff", true),
            ("manual.pdf", false),
            ("png", false),
            (".png", false),
        ] {
            assert_eq!(is_named_as_image(Path::new(path)), expect, "{path}");
        }
    }
}
