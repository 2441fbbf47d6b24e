//! The style in which an anomaly map is drawn over a part, as a person chose it.

use serde::{Deserialize, Serialize};

/// Which form of the map lies over the part. The discriminants are those of the shader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OverlayMode {
    /// The part as photographed: the map would tint sound metal and cover the defect.
    #[default]
    Nothing = 0,
    /// The more anomalous, the more of the map's colour.
    Heatmap = 1,
    /// Colours above the limit only; the rest is as photographed.
    Above = 2,
    /// White above the threshold, black elsewhere.
    Mask = 3,
}

impl OverlayMode {
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Above, Self::Heatmap, Self::Mask];

    /// The id of the message that names it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Nothing => "picture-nothing",
            Self::Heatmap => "picture-overlay",
            Self::Above => "picture-above",
            Self::Mask => "picture-mask",
        }
    }
}

/// Colours of the scores from low to high. The discriminants are those of the shader.
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
    pub(crate) const ALL: [Self; 4] = [Self::Turbo, Self::Inferno, Self::Viridis, Self::Grey];

    /// The id of the message that names it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Turbo => "picture-turbo",
            Self::Inferno => "picture-inferno",
            Self::Viridis => "picture-viridis",
            Self::Grey => "picture-grey",
        }
    }
}

/// Overlay, colours and outlines of the map; kept over restarts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct HeatmapStyle {
    /// Stored as `paint`, its name in workspaces written by older versions.
    #[serde(rename = "paint")]
    pub(crate) overlay: OverlayMode,
    pub(crate) colormap: Colormap,
    /// How strongly the overlay covers the part, 0 to 1.
    pub(crate) opacity: f32,
    /// Exponent on a score's place on the scale: above 1 shows the hottest only, below 1 hints.
    pub(crate) gamma: f32,
    /// A line around what is above the threshold.
    pub(crate) outline: bool,
    /// A line around the regions that were recorded.
    pub(crate) regions: bool,
}

impl Default for HeatmapStyle {
    fn default() -> Self {
        Self {
            overlay: OverlayMode::default(),
            colormap: Colormap::default(),
            opacity: 0.65,
            gamma: 1.0,
            outline: true,
            regions: false,
        }
    }
}
