//! What is wrong with a picture file of a kind that is read.

use std::fmt::{Display, Formatter, Result};

/// Why a picture is taken for damaged or cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageDamage {
    /// The data end before the last row.
    Ends {
        /// Rows of pixels that are there.
        rows: u32,
        /// Rows of the picture.
        of: u32,
    },
    /// The data cannot be read on.
    Broken {
        /// Rows of pixels before.
        rows: u32,
        /// Rows of the picture.
        of: u32,
    },
    /// Scans of a progressive JPEG are missing or end early, so that the picture is blurred.
    Scans {
        /// Scans that are there as a whole.
        whole: u32,
    },
    /// A part between two restart markers is missing, so that rows are shifted.
    Part,
    /// More data than the picture's rows hold.
    TooMuch {
        /// Bytes behind the last row.
        bytes: u64,
    },
    /// The file has no picture, or one without pixels.
    NoPicture,
    /// Something else, in the words of the decoder.
    Decoder(String),
}

impl ImageDamage {
    /// Id of the message; `None` where there are the decoder's words alone.
    pub fn message_id(&self) -> Option<&'static str> {
        match self {
            Self::Ends { .. } => Some("picture-damage-ends"),
            Self::Broken { .. } => Some("picture-damage-broken"),
            Self::Scans { .. } => Some("picture-damage-scans"),
            Self::Part => Some("picture-damage-part"),
            Self::TooMuch { .. } => Some("picture-damage-too-much"),
            Self::NoPicture => Some("picture-damage-none"),
            Self::Decoder(_) => None,
        }
    }

    /// Names and values of the message's variables.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Ends { rows, of } | Self::Broken { rows, of } => {
                vec![("rows", rows.to_string()), ("of", of.to_string())]
            }
            Self::Scans { whole } => vec![("whole", whole.to_string())],
            Self::TooMuch { bytes } => vec![("bytes", bytes.to_string())],
            Self::Part | Self::NoPicture | Self::Decoder(_) => Vec::new(),
        }
    }
}

/// For logs, in English.
impl Display for ImageDamage {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Ends { rows, of } => write!(f, "it ends after {rows} of {of} rows"),
            Self::Broken { rows, of } => write!(f, "it cannot be read after {rows} of {of} rows"),
            Self::Scans { whole } => write!(f, "only {whole} of its scans are whole"),
            Self::Part => write!(f, "a part between two restart markers is missing"),
            Self::TooMuch { bytes } => write!(f, "{bytes} bytes follow its last row"),
            Self::NoPicture => write!(f, "it has no picture"),
            Self::Decoder(words) => f.write_str(words),
        }
    }
}
