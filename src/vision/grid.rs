//! The grid of patches of an image.

use serde::{Deserialize, Serialize};

use super::preprocess::InputMapping;
use fettle_domain::RectPx;

/// Rows and columns of patches of an image: those of the finest feature map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Rows of patches.
    pub height: u32,
    /// Columns of patches.
    pub width: u32,
}

impl Grid {
    /// Number of patches.
    pub fn len(self) -> usize {
        self.height as usize * self.width as usize
    }

    /// Whether the grid has no patches.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Rectangle of the image that each patch covers, row by row of the grid: the cell of the
    /// finest feature map, at least one pixel.
    pub fn places(self, mapping: &InputMapping) -> Vec<RectPx> {
        let step_x = mapping.input_width as f32 / self.width as f32;
        let step_y = mapping.input_height as f32 / self.height as f32;
        let cells = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        cells
            .map(|(x, y)| {
                let corner = |x: u32, y: u32| {
                    let (x, y) = mapping.input_to_image(x as f32 * step_x, y as f32 * step_y);
                    let (right, bottom) = (mapping.image_width - 1, mapping.image_height - 1);
                    ((x.round() as u32).min(right), (y.round() as u32).min(bottom))
                };
                let ((left, top), (right, bottom)) = (corner(x, y), corner(x + 1, y + 1));
                let (width, height) = ((right - left).max(1), (bottom - top).max(1));
                RectPx { x: left, y: top, width, height }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::Resize;

    #[test]
    fn patches_lie_where_their_cells_do() {
        let grid = Grid { height: 2, width: 4 };
        let square = Resize::Exact { width: 64, height: 64 };
        let places = grid.places(&InputMapping::new(400, 100, square).unwrap());
        assert_eq!(places.len(), 8);
        assert_eq!(places[0], RectPx { x: 0, y: 0, width: 100, height: 50 });
        assert_eq!(places[6], RectPx { x: 200, y: 50, width: 100, height: 49 });
        // A crop leaves the sides out; a tiny image has no part smaller than a pixel.
        let crop = Resize::ShorterSideCrop(64);
        let places = grid.places(&InputMapping::new(400, 100, crop).unwrap());
        assert_eq!(places[0], RectPx { x: 150, y: 0, width: 25, height: 50 });
        for place in grid.places(&InputMapping::new(2, 1, square).unwrap()) {
            assert!(place.x < 2 && place.y < 1 && (place.width, place.height) == (1, 1));
        }
    }
}
