//! Letters of character codes by the character collections that Adobe defines, for composite fonts
//! without `ToUnicode` (ISO 32000-1, 9.10.2).

use std::sync::LazyLock;

use hayro::hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily};
use hayro::hayro_syntax::object::{Array, Dict, Name, Stream, String as Text};

use super::cmaps::{cmap_file, parsed_cmap};

/// Character codes → CIDs → letters.
pub(super) struct CodeLetters {
    encoding: CMap,
    letters: &'static CMap,
}

impl CodeLetters {
    /// `None` if the font is not composite, or of a collection of its own.
    pub(super) fn of(font: &Dict<'_>) -> Option<Self> {
        let descendant = font.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()?;
        let info = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let string = |key: &[u8]| info.get::<Text<'_>>(key).map(|text| text.as_bytes().to_vec());
        let family =
            CidFamily::from_registry_ordering(&string(b"Registry")?, &string(b"Ordering")?);
        let encoding = if let Some(name) = font.get::<Name<'_>>(b"Encoding") {
            match name.as_ref() {
                b"Identity-H" => CMap::identity_h(),
                b"Identity-V" => CMap::identity_v(),
                other => parsed_cmap(CMapName::from_bytes(other))?,
            }
        } else {
            let stream = font.get::<Stream<'_>>(b"Encoding")?;
            CMap::parse(stream.decoded_data().ok()?.as_ref(), cmap_file)?
        };
        let family = match &encoding.metadata().character_collection {
            Some(named) if named.family != CidFamily::AdobeIdentity => named.family.clone(),
            _ => family,
        };
        Some(Self { encoding, letters: collection_letters(&family)? })
    }

    pub(super) fn letter(&self, code: u32) -> Option<char> {
        let cid = (1..=4).find_map(|length| self.encoding.lookup_cid_code(code, length))?;
        match self.letters.lookup_bf_string(cid)? {
            BfString::Char(letter) => Some(letter),
            BfString::String(text) => text.chars().next(),
        }
    }
}

/// CIDs → letters of a collection.
fn collection_letters(family: &CidFamily) -> Option<&'static CMap> {
    type Letters = LazyLock<Option<CMap>>;
    static KOREAN: Letters = LazyLock::new(|| parsed_cmap(CMapName::AdobeKorea1Ucs2));
    static JAPANESE: Letters = LazyLock::new(|| parsed_cmap(CMapName::AdobeJapan1Ucs2));
    static SIMPLIFIED: Letters = LazyLock::new(|| parsed_cmap(CMapName::AdobeGb1Ucs2));
    static TRADITIONAL: Letters = LazyLock::new(|| parsed_cmap(CMapName::AdobeCns1Ucs2));
    match family {
        CidFamily::AdobeKorea1 => KOREAN.as_ref(),
        CidFamily::AdobeJapan1 => JAPANESE.as_ref(),
        CidFamily::AdobeGB1 => SIMPLIFIED.as_ref(),
        CidFamily::AdobeCNS1 => TRADITIONAL.as_ref(),
        CidFamily::AdobeIdentity | CidFamily::Custom { .. } => None,
    }
}
