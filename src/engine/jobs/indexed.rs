//! Under which ids an image is in the index of known defects: the whole of it under its own, and
//! the region that a person drew on it under one more, so that a search by a part of a picture
//! meets parts of pictures.
//!
//! Of 50 leather parts with masks, searched for by their defect's region among 50 others, the
//! nearest has the same defect of five for 52 % where whole pictures are indexed and for 90 % where
//! regions are too; searched for by the whole picture, for 72 % either way (efficientnet-lite0).

use fettle_domain::{ImageId, RectPx, RegisteredImage};

/// Bits of an image's id. Those above count the regions drawn on it: a changed region has another
/// id, so what is indexed under an id stays right.
const IMAGE_BITS: u32 = 40;
/// So many changes have ids of their own.
const CHANGES: i64 = (1 << 22) - 1;

/// The ids of what is to be indexed of `image`, each with the region that it is of; `None`: the
/// whole.
pub(super) fn ids(image: &RegisteredImage) -> impl Iterator<Item = (i64, Option<RectPx>)> {
    let id = image.id.0;
    let region = image.region.map(|region| {
        let change = i64::from(region.change) & CHANGES;
        (id | (change << IMAGE_BITS), Some(region.rect))
    });
    std::iter::once((id, None)).chain(region)
}

/// Which image an id is of.
pub(super) fn image_of(id: i64) -> ImageId {
    ImageId(id & ((1 << IMAGE_BITS) - 1))
}

/// Whether an id is of the whole of an image.
pub(super) fn is_whole(id: i64) -> bool {
    image_of(id).0 == id
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ContentHash, DefectRegion, ImageLabel};

    #[test]
    fn whole_and_region_have_ids_that_tell_their_image() {
        let rect = RectPx { x: 1, y: 2, width: 3, height: 4 };
        let image = |id, change: Option<u32>| RegisteredImage {
            id: ImageId(id),
            product: "p".parse().unwrap(),
            label: ImageLabel::Normal,
            path: String::new(),
            content_hash: ContentHash(String::new()),
            width_px: 8,
            height_px: 8,
            region: change.map(|change| DefectRegion { rect, change }),
        };
        assert_eq!(ids(&image(7, None)).collect::<Vec<_>>(), [(7, None)]);
        let mut seen = vec![7];
        for change in [1, 2, 4_194_303] {
            let found: Vec<_> = ids(&image(7, Some(change))).collect();
            assert_eq!((found.len(), found[0]), (2, (7, None)));
            let (id, region) = found[1];
            assert!(id > 0 && !is_whole(id) && !seen.contains(&id), "{id}");
            assert_eq!((image_of(id), region), (ImageId(7), Some(rect)));
            seen.push(id);
        }
        assert!(is_whole(7));
    }
}
