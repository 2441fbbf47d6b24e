//! Checks of masks, for the tests of several surfaces.

use super::picture::Picture;
use fettle_domain::Mask;

/// Share of the mask's pixels whose centres are `inside`; `None` for an empty mask.
pub(crate) fn share_inside(mask: &Mask, inside: impl Fn(f32, f32) -> bool) -> Option<f32> {
    let set: Vec<bool> = (0..mask.set.len())
        .filter(|i| mask.set[*i])
        .map(|i| {
            let (x, y) = (i % mask.width as usize, i / mask.width as usize);
            inside(x as f32 + 0.5, y as f32 + 0.5)
        })
        .collect();
    let within = set.iter().filter(|within| **within).count();
    (!set.is_empty()).then(|| within as f32 / set.len() as f32)
}

/// Asserts that two pictures differ only within `reach` pixels of the mask, and strongly inside the
/// mask.
pub(crate) fn assert_only_near_mask(sound: &Picture, flawed: &Picture, reach: i64, what: &str) {
    let (a, b) = (sound.image.to_rgb8(), flawed.image.to_rgb8());
    let (width, height) = a.dimensions();
    let set: Vec<(i64, i64)> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .filter(|(x, y)| flawed.mask.set[(y * width + x) as usize])
        .map(|(x, y)| (i64::from(x), i64::from(y)))
        .collect();
    assert!(set.len() > 25, "{what}: only {} pixels in the mask", set.len());
    let change = |x: u32, y: u32| {
        let (a, b) = (a.get_pixel(x, y), b.get_pixel(x, y));
        (0..3).map(|c| a[c].abs_diff(b[c])).max().unwrap()
    };
    for y in 0..height {
        for x in 0..width {
            if change(x, y) > 0 {
                let (x, y) = (i64::from(x), i64::from(y));
                let near = |m: &(i64, i64)| (m.0 - x).pow(2) + (m.1 - y).pow(2) <= reach * reach;
                assert!(set.iter().any(near), "{what}: changed at {x}, {y}, far from the mask");
            }
        }
    }
    let inside: f64 = set.iter().map(|(x, y)| f64::from(change(*x as u32, *y as u32))).sum::<f64>();
    let inside = inside / set.len() as f64;
    assert!(inside > 12.0, "{what}: too faint, {inside} grey levels inside the mask");
}
