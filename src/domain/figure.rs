//! Pictures of a manual, kept with the statement or the section that they show.

use serde::{Deserialize, Serialize};

use super::{ImageKind, RectPt};

/// A picture of a manual. Its pixels stay in the manual's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Where the file has it.
    pub source: FigureSource,
    /// The page, or paragraph, slide or row, that it stands on or behind; see [`super::LineSpan::page`].
    pub page: u32,
    /// What is printed below or above it: `그림 1. 금형의 벤트`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// Where a manual's file has a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum FigureSource {
    /// A part of a page: what a reader of the page sees there, arrows and labels included.
    Page {
        /// Page, from 1.
        page: u32,
        /// The part.
        rect: RectPt,
    },
    /// A file within the file: `word/media/image1.png`.
    Part {
        /// Its name.
        name: String,
    },
    /// Written into the text of a page of HTML.
    Inline {
        /// Which of the pictures that the page holds itself, from 1.
        number: u32,
    },
}

/// Why a picture of a manual cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum FigureFault {
    /// Its data are damaged or cut short, or are those of no picture.
    Broken,
    /// It has more pixels, or unpacks to more bytes, than any picture.
    TooLarge,
    /// It is of a kind that is not shown.
    OtherKind {
        /// The kind.
        kind: ImageKind,
    },
    /// The document only refers to it: it is in a file of its own.
    Elsewhere,
}
