//! How a picture and its anomaly map are painted: what a person chooses.

use serde::{Deserialize, Serialize};

use fettle_domain::HeatmapScale;

/// What of the map lies over the part. The numbers are those of the shader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Paint {
    /// The part as photographed.
    Nothing = 0,
    /// The more anomalous, the more of the map's colour.
    #[default]
    Heatmap = 1,
    /// Colours above the threshold only; the rest is dimmed.
    Above = 2,
    /// White above the threshold, black elsewhere.
    Mask = 3,
}

impl Paint {
    pub(super) const ALL: [Self; 4] = [Self::Nothing, Self::Heatmap, Self::Above, Self::Mask];

    /// The id of its message.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Nothing => "picture-nothing",
            Self::Heatmap => "picture-overlay",
            Self::Above => "picture-above",
            Self::Mask => "picture-mask",
        }
    }
}

/// Colours of the scores from low to high. The numbers are those of the shader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Colormap {
    #[default]
    Turbo = 0,
    Inferno = 1,
    Viridis = 2,
    Grey = 3,
}

impl Colormap {
    pub(super) const ALL: [Self; 4] = [Self::Turbo, Self::Inferno, Self::Viridis, Self::Grey];

    /// The id of its message.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Turbo => "picture-turbo",
            Self::Inferno => "picture-inferno",
            Self::Viridis => "picture-viridis",
            Self::Grey => "picture-grey",
        }
    }
}

/// What a person chose; kept over restarts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Look {
    pub(crate) paint: Paint,
    pub(crate) colormap: Colormap,
    /// How strongly the paint covers the part, 0 to 1.
    pub(crate) opacity: f32,
    /// Exponent on a score's place on the scale: above 1 shows the hottest only, below 1 hints.
    pub(crate) gamma: f32,
    /// A line around what is above the threshold.
    pub(crate) outline: bool,
    /// A line around the regions that were recorded.
    pub(crate) regions: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            paint: Paint::default(),
            colormap: Colormap::default(),
            opacity: 0.65,
            gamma: 1.0,
            outline: true,
            regions: false,
        }
    }
}

/// How one map is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heat {
    pub(crate) look: Look,
    /// The product's scale, never the map's own.
    pub(crate) scale: HeatmapScale,
    /// A pixel is marked where its score is above this.
    pub(crate) threshold: f32,
}
