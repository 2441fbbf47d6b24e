//! Why the bytes of a picture file are refused. The file's name is added by [`super::decode_image`].

use fettle_domain::{ImageDamage, ImageKind};

/// Why a picture is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Of a kind that is not read.
    NotRead(ImageKind),
    /// Something is missing or contradicts itself.
    Damaged(ImageDamage),
    /// More pixels than the limits allow.
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl Fault {
    /// Damage in words of a decoder, or of what no picture has.
    pub(super) fn damaged(why: impl Into<String>) -> Self {
        Self::Damaged(ImageDamage::Decoder(why.into()))
    }
}
