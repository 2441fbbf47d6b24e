//! Arrangement of pictures in a given space, as large as possible.

use super::page::Area;

/// Distance between pictures.
const GAP: f32 = 8.0;
/// Height of a caption below a picture.
pub(super) const CAPTION_HEIGHT: f32 = 14.0;

/// Places pictures of these `sizes` (in any unit) in a space of `width` × `height`, with captions below.
///
/// The pictures form a row, a column, or a large first picture with the rest in a column at its right,
/// whichever covers the largest area.
pub(super) fn arrange_pictures(sizes: &[(f32, f32)], width: f32, height: f32) -> Vec<Area> {
    let shapes: Vec<f32> = sizes.iter().map(|(w, h)| (w / h).clamp(0.02, 50.0)).collect();
    let arrangements = [
        row(&shapes, width, height),
        first_large(&shapes, width, height),
        column(&shapes, width, height),
    ];
    let shown = |areas: &Vec<Area>| areas.iter().map(|area| area.width * area.height).sum::<f32>();
    arrangements.into_iter().max_by(|a, b| shown(a).total_cmp(&shown(b))).unwrap_or_default()
}

/// Pictures of equal height in a row.
fn row(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let gaps = GAP * shapes.len().saturating_sub(1) as f32;
    let high = ((width - gaps) / shapes.iter().sum::<f32>()).min(height - CAPTION_HEIGHT);
    let mut x = 0.0;
    let mut areas = Vec::new();
    for shape in shapes {
        areas.push(Area { x, y: 0.0, width: high * shape, height: high });
        x += high * shape + GAP;
    }
    areas
}

/// The first picture as high as the column of all others.
fn first_large(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let Some((first, rest)) = shapes.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    // The pictures of the column are `narrow` wide; their heights are narrow / shape.
    let between = (GAP + CAPTION_HEIGHT) * (rest.len() - 1) as f32;
    let heights: f32 = rest.iter().map(|shape| 1.0 / shape).sum();
    let high = (width - GAP + between / heights) / (first + 1.0 / heights);
    let high = high.min(height - CAPTION_HEIGHT);
    let narrow = (high - between) / heights;
    if narrow <= 0.0 {
        return Vec::new();
    }
    let mut areas = vec![Area { x: 0.0, y: 0.0, width: high * first, height: high }];
    let mut y = 0.0;
    for shape in rest {
        areas.push(Area { x: high * first + GAP, y, width: narrow, height: narrow / shape });
        y += narrow / shape + CAPTION_HEIGHT + GAP;
    }
    areas
}

/// Pictures of equal width in a column.
fn column(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let between =
        CAPTION_HEIGHT * shapes.len() as f32 + GAP * shapes.len().saturating_sub(1) as f32;
    let heights: f32 = shapes.iter().map(|shape| 1.0 / shape).sum();
    let wide = ((height - between) / heights).min(width);
    let mut y = 0.0;
    let mut areas = Vec::new();
    for shape in shapes {
        areas.push(Area { x: 0.0, y, width: wide, height: wide / shape });
        y += wide / shape + CAPTION_HEIGHT + GAP;
    }
    areas
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pictures_are_arranged_by_their_shape() {
        // Sizes; then whether the first is wider than the second, and whether they share a row.
        let cases = [
            (vec![(1.0, 1.0); 3], true, true),
            (vec![(8.0, 1.0); 3], false, false),
            (vec![(1.0, 4.0); 3], false, true),
        ];
        for (sizes, larger, beside) in cases {
            let areas = arrange_pictures(&sizes, 505.0, 330.0);
            assert_eq!(areas[0].width > areas[1].width + 1.0, larger, "{areas:?}");
            assert_eq!(areas[1].x > 0.0, beside, "{areas:?}");
        }
    }

    proptest! {
        #[test]
        fn pictures_stay_in_their_space_and_apart(
            sizes in prop::collection::vec((1.0_f32..9000.0, 1.0_f32..9000.0), 1..5),
        ) {
            let areas = arrange_pictures(&sizes, 505.0, 330.0);
            prop_assert_eq!(areas.len(), sizes.len());
            for (place, a) in areas.iter().enumerate() {
                prop_assert!(a.width > 0.0 && a.height > 0.0, "{a:?}");
                prop_assert!(a.x + a.width < 505.1 && a.y + a.height + CAPTION_HEIGHT < 330.1, "{a:?}");
                for b in &areas[..place] {
                    let apart = b.x + b.width <= a.x + 0.1 || b.y + b.height + CAPTION_HEIGHT <= a.y + 0.1;
                    prop_assert!(apart, "{a:?} {b:?}");
                }
            }
        }
    }
}
