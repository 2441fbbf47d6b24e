//! Connected components of a mask, 8-connected.

use fettle_domain::Mask;

/// Calls `visit` with the pixel indices of each connected component of `mask`. Pixels that touch at
/// a corner are connected. `mask` must have width × height flags.
pub(crate) fn connected_components(mask: &Mask, mut visit: impl FnMut(&[usize])) {
    let (width, height) = (mask.width as usize, mask.height as usize);
    let mut seen = vec![false; mask.set.len()];
    let mut component: Vec<usize> = Vec::new();
    for start in 0..mask.set.len() {
        if !mask.set[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        component.clear();
        component.push(start);
        let mut next = 0;
        while let Some(&pixel) = component.get(next) {
            next += 1;
            let (x, y) = (pixel % width, pixel / width);
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let neighbour = ny * width + nx;
                    if mask.set[neighbour] && !seen[neighbour] {
                        seen[neighbour] = true;
                        component.push(neighbour);
                    }
                }
            }
        }
        visit(&component);
    }
}
