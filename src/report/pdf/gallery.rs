//! Pictures beside and under each other, as large as the room for them allows.

use super::sheet::Area;

const GAP: f32 = 8.0;
/// Room for a caption under each picture.
pub(super) const CAPTION: f32 = 14.0;

/// Where to put pictures of these `sizes` (in any unit) in a space of `width` × `height`: beside
/// each other, the first large and the rest in a column at its right, or under each other,
/// whichever shows most. Captions go right below.
pub(super) fn arranged(sizes: &[(f32, f32)], width: f32, height: f32) -> Vec<Area> {
    let shapes: Vec<f32> = sizes.iter().map(|(w, h)| (w / h).clamp(0.02, 50.0)).collect();
    let arrangements =
        [row(&shapes, width, height), hero(&shapes, width, height), stack(&shapes, width, height)];
    let shown = |areas: &Vec<Area>| areas.iter().map(|area| area.width * area.height).sum::<f32>();
    arrangements.into_iter().max_by(|a, b| shown(a).total_cmp(&shown(b))).unwrap_or_default()
}

/// All of one height.
fn row(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let gaps = GAP * shapes.len().saturating_sub(1) as f32;
    let high = ((width - gaps) / shapes.iter().sum::<f32>()).min(height - CAPTION);
    let mut x = 0.0;
    let mut areas = Vec::new();
    for shape in shapes {
        areas.push(Area { x, y: 0.0, width: high * shape, height: high });
        x += high * shape + GAP;
    }
    areas
}

/// The first as high as all others together.
fn hero(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let Some((first, rest)) = shapes.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Vec::new();
    };
    // Those in the column are `narrow` wide and take Σ narrow/shape and what is between them.
    let between = (GAP + CAPTION) * (rest.len() - 1) as f32;
    let heights: f32 = rest.iter().map(|shape| 1.0 / shape).sum();
    let high = (width - GAP + between / heights) / (first + 1.0 / heights);
    let high = high.min(height - CAPTION);
    let narrow = (high - between) / heights;
    if narrow <= 0.0 {
        return Vec::new();
    }
    let mut areas = vec![Area { x: 0.0, y: 0.0, width: high * first, height: high }];
    let mut y = 0.0;
    for shape in rest {
        areas.push(Area { x: high * first + GAP, y, width: narrow, height: narrow / shape });
        y += narrow / shape + CAPTION + GAP;
    }
    areas
}

/// All of one width.
fn stack(shapes: &[f32], width: f32, height: f32) -> Vec<Area> {
    let between = CAPTION * shapes.len() as f32 + GAP * shapes.len().saturating_sub(1) as f32;
    let heights: f32 = shapes.iter().map(|shape| 1.0 / shape).sum();
    let wide = ((height - between) / heights).min(width);
    let mut y = 0.0;
    let mut areas = Vec::new();
    for shape in shapes {
        areas.push(Area { x: 0.0, y, width: wide, height: wide / shape });
        y += wide / shape + CAPTION + GAP;
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
            let areas = arranged(&sizes, 505.0, 330.0);
            assert_eq!(areas[0].width > areas[1].width + 1.0, larger, "{areas:?}");
            assert_eq!(areas[1].x > 0.0, beside, "{areas:?}");
        }
    }

    proptest! {
        #[test]
        fn pictures_stay_in_their_space_and_apart(
            sizes in prop::collection::vec((1.0_f32..9000.0, 1.0_f32..9000.0), 1..5),
        ) {
            let areas = arranged(&sizes, 505.0, 330.0);
            prop_assert_eq!(areas.len(), sizes.len());
            for (place, a) in areas.iter().enumerate() {
                prop_assert!(a.width > 0.0 && a.height > 0.0, "{a:?}");
                prop_assert!(a.x + a.width < 505.1 && a.y + a.height + CAPTION < 330.1, "{a:?}");
                for b in &areas[..place] {
                    let apart = b.x + b.width <= a.x + 0.1 || b.y + b.height + CAPTION <= a.y + 0.1;
                    prop_assert!(apart, "{a:?} {b:?}");
                }
            }
        }
    }
}
