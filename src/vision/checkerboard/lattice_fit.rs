//! The even grid that lies nearest to the corners of a checkerboard.

/// An even grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EvenGrid {
    /// Step from one column to the next, in pixels.
    pub(super) across: (f64, f64),
    /// Step from one row to the next, in pixels.
    pub(super) down: (f64, f64),
    /// Root mean square distance of the corners from the grid, in pixels.
    pub(super) residual_px: f64,
}

/// A corner: column and row, and its place in the picture.
type Node = ((i32, i32), (f64, f64));

/// Fits column and row of corners to their places by least squares. `None` where the corners lie on one
/// line.
pub(super) fn fit_even_grid(nodes: &[Node]) -> Option<EvenGrid> {
    let count = nodes.len() as f64;
    let mean = |of: fn(&Node) -> f64| nodes.iter().map(of).sum::<f64>() / count.max(1.0);
    let column = mean(|node| f64::from(node.0.0));
    let row = mean(|node| f64::from(node.0.1));
    let (x, y) = (mean(|node| node.1.0), mean(|node| node.1.1));
    let centred = || {
        nodes.iter().map(move |((i, j), at)| {
            (f64::from(*i) - column, f64::from(*j) - row, at.0 - x, at.1 - y)
        })
    };
    let (mut ii, mut ij, mut jj) = (0.0, 0.0, 0.0);
    let (mut i_x, mut i_y, mut j_x, mut j_y) = (0.0, 0.0, 0.0, 0.0);
    for (i, j, dx, dy) in centred() {
        ii += i * i;
        ij += i * j;
        jj += j * j;
        i_x += i * dx;
        i_y += i * dy;
        j_x += j * dx;
        j_y += j * dy;
    }
    let determinant = ii * jj - ij * ij;
    if determinant <= f64::EPSILON {
        return None;
    }
    let solve = |i: f64, j: f64| ((jj * i - ij * j) / determinant, (ii * j - ij * i) / determinant);
    let ((across_x, down_x), (across_y, down_y)) = (solve(i_x, j_x), solve(i_y, j_y));
    let squares = centred().map(|(i, j, dx, dy)| {
        let (off_x, off_y) = (dx - i * across_x - j * down_x, dy - i * across_y - j * down_y);
        off_x * off_x + off_y * off_y
    });
    let residual_px = (squares.sum::<f64>() / count).sqrt();
    Some(EvenGrid { across: (across_x, across_y), down: (down_x, down_y), residual_px })
}
