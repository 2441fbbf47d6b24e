//! Pictures and PDFs for the room's tests.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgb, RgbImage};

use super::Library;
use fettle_domain::{DefectCode, DefectType, Product, ProductCode};

/// A picture that no other `seed` makes.
pub(super) fn picture(seed: u32, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let value = (x * 7 + y * 13 + seed).wrapping_mul(2_654_435_761) ^ (seed << 5);
        let [a, b, c, _] = value.to_le_bytes();
        Rgb([a, b, c])
    })
}

pub(super) fn encode(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Writes a picture beside the workspace, as a person's camera would.
pub(super) fn write_picture(folder: &Path, name: &str, seed: u32) -> PathBuf {
    let path = folder.join(name);
    let format = ImageFormat::from_path(&path).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, encode(&picture(seed, 16, 12), format)).unwrap();
    path
}

pub(super) fn write_manual(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&path, format!("%PDF-1.7\n{text}\n%%EOF\n")).unwrap();
    path
}

pub(super) fn prod1() -> ProductCode {
    ProductCode::new("prod1").unwrap()
}

pub(super) fn hole() -> DefectCode {
    DefectCode::new("hole").unwrap()
}

/// Opens the workspace and makes sure of product `prod1` with defect `hole`.
pub(super) fn library(root: &Path) -> Library {
    let mut library = Library::open(root).unwrap();
    let names = ("주조제품 A형".to_owned(), "Casting A".to_owned());
    let product = Product { code: prod1(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    let defect = DefectType {
        product: prod1(),
        code: hole(),
        name_ko: "기공".to_owned(),
        name_en: "hole".to_owned(),
        full_name: "hole (기공)".to_owned(),
    };
    library.add_defect_type(&defect).unwrap();
    library
}

/// Every file below `folder` of the workspace, as workspace paths.
pub(super) fn files(root: &Path, folder: &str) -> Vec<String> {
    let mut found: Vec<String> = walkdir::WalkDir::new(root.join(folder))
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    found.sort();
    found
}
