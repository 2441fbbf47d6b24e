//! Pictures and score maps of inspections.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where a picture of an inspection is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PictureLink {
    /// What it shows.
    pub(crate) kind: PictureKind,
    /// Where it is.
    #[schema(example = "/api/v1/inspections/42/pictures/overlay")]
    pub(crate) href: String,
}

/// The pictures of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureKind {
    /// The inspected part.
    Part,
    /// The anomaly map in colours.
    Heatmap,
    /// The heatmap over the part.
    Overlay,
    /// 255 where a pixel is above the limit.
    Mask,
    /// Part, nearest normal part and overlay side by side.
    Comparison,
    /// The nearest normal part, registered to the part.
    Reference,
    /// The difference between both.
    Difference,
}

impl PictureKind {
    const ALL: [Self; 7] = [
        Self::Part,
        Self::Heatmap,
        Self::Overlay,
        Self::Mask,
        Self::Comparison,
        Self::Reference,
        Self::Difference,
    ];

    /// Its name in addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Heatmap => "heatmap",
            Self::Overlay => "overlay",
            Self::Mask => "mask",
            Self::Comparison => "comparison",
            Self::Reference => "reference",
            Self::Difference => "difference",
        }
    }
}

/// The pictures that an inspection has: all where it was scored, else the part's.
pub(super) fn pictures(id: i64, is_scored: bool, has_reference: bool) -> Vec<PictureLink> {
    let exists = |kind: &PictureKind| match kind {
        PictureKind::Part => true,
        PictureKind::Reference | PictureKind::Difference => has_reference,
        _ => is_scored,
    };
    let link = |kind: PictureKind| PictureLink {
        kind,
        href: format!("/api/v1/inspections/{id}/pictures/{}", kind.name()),
    };
    PictureKind::ALL.into_iter().filter(exists).map(link).collect()
}

/// How the map of scores is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MapForm {
    /// 16-bit PNG; the headers `Fettle-Map-Low` and `Fettle-Map-High` are the scores of 0 and 65535.
    #[default]
    Png,
    /// `NumPy` array of 32-bit floats.
    Npy,
}

/// How the map of scores is wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapQuery {
    /// The form. Default: `png`.
    #[param(inline)]
    pub(crate) form: Option<MapForm>,
}

/// How a picture is wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureQuery {
    /// At most so many pixels wide, 16 to 4096. Default: as it is.
    #[param(minimum = 16, maximum = 4096)]
    pub(crate) width: Option<u32>,
}
