//! Registration of images and manuals: names, copies, lists, errors.

use std::fs;
use std::path::Path;

use super::fixtures::{encode, files, hole, library, picture, prod1, write_manual, write_picture};
use crate::{LabelFilter, LibraryError, Registered};
use fettle_domain::ImageLabel;

#[test]
fn files_are_named_as_in_the_replaced_system() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let jpeg = write_picture(outside.path(), "IMG 0001.JPG", 1);
    let png = write_picture(outside.path(), "b.png", 2);
    let first = library.register_defect(&prod1(), &hole(), &jpeg).unwrap().id();
    library.register_defect(&prod1(), &hole(), &png).unwrap();
    library.register_normal(&prod1(), &jpeg).unwrap();
    for (name, text) in [("a.pdf", "one"), ("b.pdf", "two")] {
        let manual = write_manual(outside.path(), name, text);
        library.register_manual(&prod1(), &manual).unwrap();
    }
    assert_eq!(
        [files(root.path(), "data/def_split"), files(root.path(), "data/patchCore")].concat(),
        [
            "data/def_split/prod1_hole_1.jpeg",
            "data/def_split/prod1_hole_2.png",
            "data/patchCore/prod1/ok/prod1_ok_1.jpeg"
        ]
    );
    assert_eq!(
        files(root.path(), "manual_store"),
        ["manual_store/prod1_manual.pdf", "manual_store/prod1_manual_2.pdf"]
    );
    let image = library.image(first).unwrap();
    assert_eq!((image.width_px, image.height_px), (16, 12));
    assert_eq!(image.label, ImageLabel::Defect(hole()));
    // The bytes are kept as they are.
    assert_eq!(fs::read(library.absolute(&image.path)).unwrap(), fs::read(&jpeg).unwrap());
    assert_eq!(library.images_by_hash(&image.content_hash).unwrap().len(), 2);
}

#[test]
fn the_same_bytes_are_kept_once_a_label() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/a.png", 1);
    let new = library.register_defect(&prod1(), &hole(), &path).unwrap();
    let again = library.register_defect(&prod1(), &hole(), &path).unwrap();
    assert_eq!(again, Registered::Already(new.id()));
    let manual = write_manual(&root.path().join("in"), "m.pdf", "text");
    let new = library.register_manual(&prod1(), &manual).unwrap();
    assert_eq!(library.register_manual(&prod1(), &manual).unwrap(), Registered::Already(new.id()));
    assert_eq!(files(root.path(), "data/def_split").len(), 1);
    assert_eq!(files(root.path(), "manual_store").len(), 1);
}

#[test]
fn a_number_is_never_given_twice_and_no_file_is_written_over() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    // A person's own files: one before the first registration, one after.
    write_picture(root.path(), "data/def_split/prod1_hole_4.jpg", 90);
    let mut register = |seed| {
        let path = write_picture(root.path(), &format!("in/{seed}.png"), seed);
        let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
        (id, library.image(id).unwrap().path)
    };
    let (first, path) = register(1);
    assert_eq!(path, "data/def_split/prod1_hole_5.png");
    write_picture(root.path(), "data/def_split/prod1_hole_6.bmp", 91);
    assert_eq!(register(2).1, "data/def_split/prod1_hole_7.png");
    library.remove_image(first).unwrap();
    fs::remove_file(library.absolute(&path)).unwrap();
    let path = write_picture(root.path(), "in/3.png", 3);
    let third = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    assert_eq!(library.image(third).unwrap().path, "data/def_split/prod1_hole_8.png");
    assert!(third > first);
}

#[test]
fn a_removed_image_leaves_the_lists_and_stays_to_be_cited() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let path = write_picture(root.path(), "in/a.png", 1);
    let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    library.remove_image(id).unwrap();
    assert!(library.images(None, &LabelFilter::Any).unwrap().is_empty());
    assert!(library.absolute(&library.image(id).unwrap().path).is_file());
    assert!(matches!(library.remove_image(id), Err(LibraryError::UnknownImage(_))));
    let again = library.register_defect(&prod1(), &hole(), &path).unwrap();
    assert!(matches!(again, Registered::New(new) if new != id), "{again:?}");
}

#[test]
fn images_are_listed_by_product_and_label() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    for seed in 0..3 {
        let path = write_picture(root.path(), &format!("in/{seed}.png"), seed);
        library.register_normal(&prod1(), &path).unwrap();
    }
    let path = write_picture(root.path(), "in/9.png", 9);
    library.register_defect(&prod1(), &hole(), &path).unwrap();
    let other = fettle_domain::ProductCode::new("other").unwrap();
    let scratch = fettle_domain::DefectCode::new("scratch").unwrap();
    for (product, filter, expected) in [
        (None, LabelFilter::Any, 4),
        (Some(prod1()), LabelFilter::Any, 4),
        (Some(prod1()), LabelFilter::Normal, 3),
        (Some(prod1()), LabelFilter::AnyDefect, 1),
        (None, LabelFilter::Defect(hole()), 1),
        (None, LabelFilter::Defect(scratch), 0),
        (Some(other), LabelFilter::Any, 0),
    ] {
        let found = library.images(product.as_ref(), &filter).unwrap();
        assert_eq!(found.len(), expected, "{product:?} {filter:?}");
    }
    let counts = library.counts().unwrap();
    assert_eq!((counts.normal_images, counts.defect_images), (3, 1));
}

#[test]
fn what_cannot_be_registered_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let whole = encode(&picture(1, 64, 64), image::ImageFormat::Jpeg);
    let write = |name: &str, bytes: &[u8]| {
        let path = outside.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let empty = write("empty.png", b"");
    let text = write("text.png", b"not an image");
    let cut = write("cut.jpeg", &whole[..whole.len() / 2]);
    let good = write("good.jpeg", &whole);
    let fold = fettle_domain::DefectCode::new("fold").unwrap();
    let other = fettle_domain::ProductCode::new("other").unwrap();
    let mut try_all = |path: &Path| {
        [
            library.register_normal(&prod1(), path).unwrap_err(),
            library.register_defect(&prod1(), &hole(), path).unwrap_err(),
        ]
    };
    for error in try_all(&empty) {
        assert!(matches!(error, LibraryError::EmptyFile { .. }), "{error}");
    }
    for error in try_all(&text) {
        assert!(matches!(error, LibraryError::NotAnImage { .. }), "{error}");
    }
    for error in try_all(&cut) {
        assert!(matches!(error, LibraryError::DamagedImage { .. }), "{error}");
    }
    for error in try_all(&outside.path().join("none.png")) {
        assert!(matches!(error, LibraryError::Io { .. }), "{error}");
    }
    let error = library.register_defect(&prod1(), &fold, &good).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownDefect { .. }), "{error}");
    let error = library.register_normal(&other, &good).unwrap_err();
    assert!(matches!(error, LibraryError::UnknownProduct(_)), "{error}");
    let error = library.register_manual(&prod1(), &good).unwrap_err();
    assert!(matches!(error, LibraryError::NotAManual { .. }), "{error}");
    assert!(library.images(None, &LabelFilter::Any).unwrap().is_empty());
    assert!(files(root.path(), "data/def_split").is_empty());
    assert!(files(root.path(), "manual_store").is_empty());
}

#[test]
fn an_upload_is_kept_once() {
    let root = tempfile::tempdir().unwrap();
    let library = library(root.path());
    let bytes = encode(&picture(1, 8, 8), image::ImageFormat::Png);
    let first = library.store_upload(&bytes).unwrap();
    assert_eq!(library.store_upload(&bytes).unwrap(), first);
    assert_eq!(files(root.path(), "data/uploads"), std::slice::from_ref(&first.path));
    assert_eq!(fs::read(library.absolute(&first.path)).unwrap(), bytes);
    // Other bytes under that name: a longer name.
    fs::write(library.absolute(&first.path), b"damaged").unwrap();
    let second = library.store_upload(&bytes).unwrap();
    assert!(second.path.len() > first.path.len());
    assert_eq!(fs::read(library.absolute(&second.path)).unwrap(), bytes);
    assert!(matches!(library.store_upload(b"text"), Err(LibraryError::NotAnImage { .. })));
}

#[test]
fn an_image_that_cannot_change_its_label_is_under_the_old_one_alone() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    let picture = write_picture(root.path(), "in/1.png", 1);
    let id = library.register_normal(&prod1(), &picture).unwrap().id();
    let label = ImageLabel::Defect(hole());
    let before = (library.images(None, &LabelFilter::Any).unwrap(), files(root.path(), "data"));
    library
        .conn
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE UPDATE OF removed_at ON images
             BEGIN SELECT RAISE(ABORT, 'refused'); END",
        )
        .unwrap();
    assert!(library.relabel_image(id, &label).is_err());
    let after = (library.images(None, &LabelFilter::Any).unwrap(), files(root.path(), "data"));
    assert_eq!(after.0, before.0);
    let pictures = |files: &[String]| -> Vec<String> {
        files.iter().filter(|file| file.ends_with(".png")).cloned().collect()
    };
    assert_eq!(pictures(&after.1), pictures(&before.1));

    library.conn.execute_batch("DROP TRIGGER refuse").unwrap();
    let moved = library.relabel_image(id, &label).unwrap().id();
    let now = library.images(None, &LabelFilter::Any).unwrap();
    assert_eq!(now.iter().map(|image| image.id).collect::<Vec<_>>(), [moved]);
}
