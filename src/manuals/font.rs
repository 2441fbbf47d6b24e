//! Decoding of PDF fonts: character codes → text and advance widths; whether the font is bold.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object};

use super::to_unicode::ToUnicode;

/// The most bytes that a `ToUnicode` stream may unpack to.
const MAX_CMAP_BYTES: usize = 16 << 20;
/// Codes of a composite font have 16 bits; longer ranges in a `W` array are cut.
const MAX_CODE: u32 = 0xFFFF;

/// One decoded code of a shown string.
pub(super) struct CharCode {
    pub(super) text: String,
    /// Advance in thousandths of the font size.
    pub(super) width: f64,
    /// Whether this is the single-byte code 32, to which word spacing applies (ISO 32000-1, 9.3.3).
    pub(super) is_space_code: bool,
}

enum Decoder {
    ToUnicode(ToUnicode),
    /// Codes are UTF-16BE (`UniKS-UCS2-H`, `UniKS-UTF16-H` and the like).
    Utf16,
    /// Text of each of the 256 byte values.
    Bytes(Vec<String>),
    Unknown,
}

/// A font of a PDF file.
pub(super) struct Font {
    decoder: Decoder,
    two_byte: bool,
    /// Advance of each code, in thousandths of the font size.
    widths: HashMap<u32, f64>,
    default_width: f64,
    pub(super) bold: bool,
    symbol: SymbolFont,
}

/// Whether a font holds symbols instead of letters, and with which encoding.
#[derive(Clone, Copy, PartialEq)]
enum SymbolFont {
    No,
    /// Adobe Symbol and its relatives.
    Adobe,
    /// Zapf Dingbats, Wingdings, Webdings.
    Dingbats,
}

impl Font {
    pub(super) fn load(document: &Document, font: &Dictionary) -> Self {
        let name = name(document, font, b"BaseFont");
        let two_byte = name_is(document, font, b"Subtype", b"Type0");
        let descendant = font
            .get_deref(b"DescendantFonts", document)
            .and_then(Object::as_array)
            .ok()
            .and_then(|array| array.first())
            .and_then(|first| document.dereference(first).ok())
            .and_then(|(_, object)| object.as_dict().ok());
        let described = descendant.unwrap_or(font);
        let descriptor =
            described.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok();
        let symbol = symbol_kind(&name);

        let (widths, default_width) = if two_byte {
            let default = descendant.and_then(|d| number(document, d, b"DW")).unwrap_or(1000.0);
            (descendant.map(|d| cid_widths(document, d)).unwrap_or_default(), default)
        } else {
            let missing = descriptor.and_then(|d| number(document, d, b"MissingWidth"));
            // The standard fonts may come without widths; their mean is about 500.
            (simple_widths(document, font), missing.filter(|w| *w > 0.0).unwrap_or(500.0))
        };
        Self {
            decoder: decoder(document, font, two_byte),
            two_byte,
            widths,
            default_width,
            bold: is_bold(document, &name, descriptor),
            symbol,
        }
    }

    /// Decodes a shown string.
    pub(super) fn decode(&self, bytes: &[u8]) -> Vec<CharCode> {
        if self.two_byte {
            bytes
                .chunks(2)
                .map(|pair| match pair {
                    [high, low] => self.code(u32::from(u16::from_be_bytes([*high, *low])), false),
                    rest => self.code(rest.iter().map(|b| u32::from(*b)).sum(), false),
                })
                .collect()
        } else {
            bytes.iter().map(|byte| self.code(u32::from(*byte), *byte == 32)).collect()
        }
    }

    fn code(&self, code: u32, is_space_code: bool) -> CharCode {
        let text = match &self.decoder {
            Decoder::ToUnicode(map) => map.get(code).unwrap_or_default(),
            Decoder::Utf16 => char::from_u32(code).map(String::from).unwrap_or_default(),
            Decoder::Bytes(table) => {
                usize::try_from(code).ok().and_then(|i| table.get(i)).cloned().unwrap_or_default()
            }
            Decoder::Unknown => String::new(),
        };
        let width = self.widths.get(&code).copied().unwrap_or(self.default_width);
        CharCode { text: self.bullet(code, text), width, is_space_code }
    }

    /// `•` for the bullets of symbol fonts, which stand at letters or in the private use area.
    fn bullet(&self, code: u32, text: String) -> String {
        let printed = text.chars().next().map_or(code, u32::from);
        let slot = if (0xF000..=0xF0FF).contains(&printed) { printed - 0xF000 } else { printed };
        let is_bullet = printed == 0xF0B7
            || match self.symbol {
                SymbolFont::No => false,
                SymbolFont::Adobe => slot == 0xB7,
                // Circles, squares, diamonds, arrows and ticks of Wingdings.
                SymbolFont::Dingbats => matches!(
                    slot,
                    0x6C | 0x6E..=0x72 | 0x75..=0x78 | 0x9E..=0xA8 | 0xD8 | 0xE0 | 0xE8 | 0xF0
                        | 0xFB..=0xFE
                ),
            };
        if is_bullet { "•".to_owned() } else { text }
    }
}

fn symbol_kind(name: &str) -> SymbolFont {
    let name = name.to_lowercase();
    if name.contains("dingbat") || name.contains("wingding") || name.contains("webding") {
        SymbolFont::Dingbats
    } else if name.contains("symbol") {
        SymbolFont::Adobe
    } else {
        SymbolFont::No
    }
}

fn decoder(document: &Document, font: &Dictionary, two_byte: bool) -> Decoder {
    if let Ok(stream) = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream)
        && let Ok(bytes) = stream.get_plain_content_with_limit(MAX_CMAP_BYTES)
    {
        return Decoder::ToUnicode(ToUnicode::parse(&bytes));
    }
    if two_byte {
        let encoding = name(document, font, b"Encoding");
        let is_utf16 = encoding.starts_with("Uni")
            && (encoding.contains("UCS2") || encoding.contains("UTF16"));
        return if is_utf16 { Decoder::Utf16 } else { Decoder::Unknown };
    }
    match font.get_font_encoding_with_limit(document, MAX_CMAP_BYTES) {
        Ok(encoding) => Decoder::Bytes(
            (0..=u8::MAX).map(|b| encoding.bytes_to_string(&[b]).unwrap_or_default()).collect(),
        ),
        Err(_) => Decoder::Unknown,
    }
}

fn is_bold(document: &Document, name: &str, descriptor: Option<&Dictionary>) -> bool {
    let lower = name.to_lowercase();
    if ["bold", "black", "heavy"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let Some(descriptor) = descriptor else { return false };
    const FORCE_BOLD: i64 = 1 << 18;
    number(document, descriptor, b"FontWeight").is_some_and(|weight| weight >= 600.0)
        || descriptor
            .get_deref(b"Flags", document)
            .and_then(Object::as_i64)
            .is_ok_and(|flags| flags & FORCE_BOLD != 0)
}

fn name(document: &Document, dictionary: &Dictionary, key: &[u8]) -> String {
    dictionary
        .get_deref(key, document)
        .and_then(Object::as_name)
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .unwrap_or_default()
}

fn name_is(document: &Document, dictionary: &Dictionary, key: &[u8], wanted: &[u8]) -> bool {
    dictionary.get_deref(key, document).and_then(Object::as_name).is_ok_and(|n| n == wanted)
}

fn number(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Option<f64> {
    dictionary.get_deref(key, document).and_then(Object::as_float).ok().map(f64::from)
}

fn simple_widths(document: &Document, font: &Dictionary) -> HashMap<u32, f64> {
    let first = number(document, font, b"FirstChar").unwrap_or(0.0);
    let widths = font.get_deref(b"Widths", document).and_then(Object::as_array);
    let widths = widths.map(Vec::as_slice).unwrap_or_default();
    (0u32..=255)
        .zip(widths)
        .filter_map(|(i, width)| {
            let (_, width) = document.dereference(width).ok()?;
            Some((i + first.clamp(0.0, 255.0) as u32, f64::from(width.as_float().ok()?)))
        })
        .collect()
}

/// The `W` array (ISO 32000-1, 9.7.4.3): `c [w1 w2 …]` or `first last w`.
fn cid_widths(document: &Document, descendant: &Dictionary) -> HashMap<u32, f64> {
    let mut out = HashMap::new();
    let Ok(array) = descendant.get_deref(b"W", document).and_then(Object::as_array) else {
        return out;
    };
    let object = |i: usize| {
        array.get(i).and_then(|o| document.dereference(o).ok()).map(|(_, object)| object)
    };
    let cid = |i: usize| object(i)?.as_i64().ok().and_then(|n| u32::try_from(n).ok());
    let mut at = 0;
    while let (Some(first), Some(next)) = (cid(at), object(at + 1)) {
        if let Ok(list) = next.as_array() {
            for (code, width) in (first..=MAX_CODE).zip(list) {
                if let Ok(width) = width.as_float() {
                    out.insert(code, f64::from(width));
                }
            }
            at += 2;
        } else {
            let (Some(last), Some(width)) =
                (cid(at + 1), object(at + 2).and_then(|w| w.as_float().ok()))
            else {
                break;
            };
            for code in first..=last.min(MAX_CODE) {
                out.insert(code, f64::from(width));
            }
            at += 3;
        }
    }
    out
}
