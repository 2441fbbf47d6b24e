//! The surfaces that can be rendered, with their defects.

use serde::Deserialize;

/// A defect of a casting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CastingFlaw {
    Hole,
    Burr,
    Scratch,
}

/// A defect of a piece of leather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeatherFlaw {
    Cut,
    Colour,
}

/// The appearance of a defect type, which determines the surface of its product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DefectAppearance {
    Hole,
    Burr,
    Scratch,
    Cut,
    Colour,
}

/// A surface with or without a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    Casting(Option<CastingFlaw>),
    Leather(Option<LeatherFlaw>),
}

impl DefectAppearance {
    /// The surface with this defect.
    pub(crate) fn surface(self) -> Surface {
        match self {
            Self::Hole => Surface::Casting(Some(CastingFlaw::Hole)),
            Self::Burr => Surface::Casting(Some(CastingFlaw::Burr)),
            Self::Scratch => Surface::Casting(Some(CastingFlaw::Scratch)),
            Self::Cut => Surface::Leather(Some(LeatherFlaw::Cut)),
            Self::Colour => Surface::Leather(Some(LeatherFlaw::Colour)),
        }
    }
}

impl Surface {
    /// The same surface without a defect.
    pub(crate) fn without_flaw(self) -> Self {
        match self {
            Self::Casting(_) => Self::Casting(None),
            Self::Leather(_) => Self::Leather(None),
        }
    }
}
