//! An anomaly map as it is drawn over a picture.

use crate::view_state::HeatmapStyle;
use fettle_domain::HeatmapScale;

/// How one map is drawn: the style, and the scale and threshold of its product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heatmap {
    pub(crate) style: HeatmapStyle,
    /// The product's scale, never the map's own.
    pub(crate) scale: HeatmapScale,
    /// A pixel is marked where its score is above this.
    pub(crate) threshold: f32,
}
