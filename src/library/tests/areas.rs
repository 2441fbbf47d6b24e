//! Inspection areas.

use std::path::Path;

use tempfile::TempDir;

use crate::{Library, LibraryError, Registered};
use fettle_domain::{AreaEffect, AreaShape, Product, ProductCode, RelativePoint};

fn product() -> ProductCode {
    ProductCode::new("prod1").unwrap()
}

fn library(dir: &Path) -> Library {
    let mut library = Library::open(dir).unwrap();
    let names = Product { code: product(), name_ko: String::new(), name_en: String::new() };
    library.add_product(&names).unwrap();
    library
}

fn triangle(by: f32) -> [RelativePoint; 3] {
    [(0.0, 0.0), (by, 0.0), (0.0, 1.0)].map(|(x, y)| RelativePoint { x, y })
}

fn mask_file(dir: &Path, white: u32) -> std::path::PathBuf {
    let path = dir.join(format!("mask{white}.png"));
    let mask =
        image::GrayImage::from_fn(8, 8, |x, _| image::Luma([if x < white { 255 } else { 0 }]));
    mask.save(&path).unwrap();
    path
}

#[test]
fn shapes_are_kept_in_order_and_a_change_changes_the_hash() {
    let dir = TempDir::new().unwrap();
    let mut library = library(&dir.path().join("workspace"));
    assert_eq!(library.inspection_area(&product()).unwrap().hash, None);
    library.add_polygon(&product(), AreaEffect::Inspect, &triangle(0.5)).unwrap();
    let one = library.inspection_area(&product()).unwrap();
    let mask = mask_file(dir.path(), 3);
    let registered = library.add_mask(&product(), AreaEffect::Ignore, &mask).unwrap();
    let Registered::New(id) = registered else { panic!("{registered:?}") };
    let again = library.add_mask(&product(), AreaEffect::Ignore, &mask).unwrap();
    assert_eq!(again, Registered::Already(id));
    let two = library.inspection_area(&product()).unwrap();
    assert_eq!(two.shapes.len(), 2);
    assert_eq!(two.shapes[0].shape, AreaShape::Polygon { points: triangle(0.5).to_vec() });
    assert_eq!(two.shapes[1].effect, AreaEffect::Ignore);
    let AreaShape::Mask { path, .. } = &two.shapes[1].shape else { panic!("{two:?}") };
    assert_eq!(path, "data/areas/prod1_ignore_1.png");
    assert!(library.absolute(path).is_file());
    assert!(one.hash.is_some() && one.hash != two.hash);

    assert_eq!(library.clear_inspection_area(&product()).unwrap(), 2);
    assert_eq!(library.inspection_area(&product()).unwrap(), Default::default());
    // Past results may name it.
    assert!(library.absolute(path).is_file());
    // The same shapes in another order are the same area.
    library.add_mask(&product(), AreaEffect::Ignore, &mask).unwrap();
    library.add_polygon(&product(), AreaEffect::Inspect, &triangle(0.5)).unwrap();
    assert_eq!(library.inspection_area(&product()).unwrap().hash, two.hash);
}

#[test]
fn invalid_shapes_are_errors() {
    let dir = TempDir::new().unwrap();
    let mut library = library(&dir.path().join("workspace"));
    let text = dir.path().join("mask.png");
    std::fs::write(&text, b"not a picture").unwrap();
    let refused = library.add_mask(&product(), AreaEffect::Inspect, &text);
    assert!(matches!(refused, Err(LibraryError::NotAnImage { .. })), "{refused:?}");
    let other = ProductCode::new("other").unwrap();
    let refused = library.add_polygon(&other, AreaEffect::Inspect, &triangle(1.0));
    assert!(matches!(refused, Err(LibraryError::UnknownProduct(_))), "{refused:?}");
    assert_eq!(library.inspection_area(&product()).unwrap().shapes, []);
}

#[test]
fn any_bytes_as_a_mask_are_taken_or_refused() {
    use proptest::prelude::*;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    let dir = TempDir::new().unwrap();
    let mut library = library(&dir.path().join("workspace"));
    let whole = std::fs::read(mask_file(dir.path(), 5)).unwrap();
    let path = dir.path().join("damaged.png");
    let mut runner = TestRunner::default();
    let damage = (0..whole.len(), any::<u8>(), 0..whole.len());
    for _ in 0..64 {
        let (at, byte, cut) = damage.new_tree(&mut runner).unwrap().current();
        let mut bytes = whole.clone();
        bytes[at] = byte;
        bytes.truncate(bytes.len() - cut);
        std::fs::write(&path, &bytes).unwrap();
        // A registered mask reads back.
        if library.add_mask(&product(), AreaEffect::Ignore, &path).is_ok() {
            for area in library.inspection_area(&product()).unwrap().shapes {
                let AreaShape::Mask { path, .. } = area.shape else { continue };
                assert!(crate::read_image(&library.absolute(&path)).is_ok());
            }
        }
    }
}
