//! What is wrong with a file that gives no lines.

use fettle_domain::ManualFormat;

/// Why a file is damaged, or is not what its name says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManualDamage {
    /// Nothing of the format that its name says.
    #[error("it is no {0:?} file")]
    OtherContent(ManualFormat),
    /// No text in a known encoding.
    #[error("neither UTF-8, UTF-16 nor CP949")]
    Encoding,
    /// A part that every file of the format has is missing or makes no sense.
    #[error("its structure contradicts itself: {0}")]
    Structure(String),
    /// Nothing is left of its pages.
    #[error("no text is left of its pages")]
    NoText,
    /// A page that cannot be drawn.
    #[error("a page cannot be drawn")]
    Undrawable,
    /// More lines, rows, cells or pages than a manual has.
    #[error("it has more than {0} lines, cells or pages")]
    TooMany(usize),
    /// It unpacks to far more than a manual has.
    #[error("it unpacks to far more than a manual has")]
    Bomb,
    /// Elements nested in each other so deep that reading them would take forever.
    #[error("its parts are nested too deep")]
    TooDeep,
}

impl ManualDamage {
    /// Id of the message that says so (its variable: `limit`, the number in [`Self::TooMany`]).
    pub fn message_id(&self) -> &'static str {
        match self {
            Self::OtherContent(_) => "damage-other-content",
            Self::Encoding => "damage-encoding",
            Self::Structure(_) => "damage-structure",
            Self::NoText => "damage-no-text",
            Self::Undrawable => "damage-undrawable",
            Self::TooMany(_) => "damage-too-many",
            Self::Bomb => "damage-bomb",
            Self::TooDeep => "damage-too-deep",
        }
    }

    pub(crate) fn structure(why: impl ToString) -> Self {
        Self::Structure(why.to_string())
    }
}
