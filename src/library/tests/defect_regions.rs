//! Marked regions of defect images.

use super::fixtures::{hole, library, prod1, write_picture};
use crate::{Library, LibraryError};
use fettle_domain::RectPx;

#[test]
fn a_region_is_set_changed_and_cleared() {
    let root = tempfile::tempdir().unwrap();
    let mut library = library(root.path());
    // 16 × 12 pixels.
    let path = write_picture(root.path(), "in/a.png", 1);
    let id = library.register_defect(&prod1(), &hole(), &path).unwrap().id();
    let drawn = |library: &Library| {
        library.image(id).unwrap().region.map(|region| (region.rect.x, region.change))
    };
    assert_eq!(drawn(&library), None);
    let rect = |x, y, width, height| Some(RectPx { x, y, width, height });
    // Given, what was there before, what is drawn then and the count of changes.
    for (given, before, after) in [
        (rect(2, 3, 5, 5), None, Some((2, 1))),
        // The same again is no change.
        (rect(2, 3, 5, 5), rect(2, 3, 5, 5), Some((2, 1))),
        (rect(4, 0, 12, 12), rect(2, 3, 5, 5), Some((4, 2))),
        (None, rect(4, 0, 12, 12), None),
        (rect(0, 0, 16, 12), None, Some((0, 4))),
    ] {
        assert_eq!(library.set_defect_region(id, given).unwrap(), before, "{given:?}");
        assert_eq!(drawn(&library), after, "{given:?}");
    }
    for outside in [rect(0, 0, 0, 3), rect(5, 0, 12, 3), rect(0, 9, 3, 4), rect(u32::MAX, 0, 2, 2)]
    {
        let error = library.set_defect_region(id, outside).unwrap_err();
        assert!(matches!(error, LibraryError::RegionOutside { width: 16, height: 12, .. }));
    }
    assert_eq!(drawn(&library), Some((0, 4)));
    // Normal images and removed ones have no region.
    let normal = library.register_normal(&prod1(), &path).unwrap().id();
    library.remove_image(id).unwrap();
    for none in [normal, id] {
        let error = library.set_defect_region(none, rect(0, 0, 2, 2)).unwrap_err();
        assert!(matches!(error, LibraryError::UnknownImage(_)), "{error}");
    }
}
