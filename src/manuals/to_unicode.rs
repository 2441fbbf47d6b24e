//! `ToUnicode` CMaps: character code → text (ISO 32000-1, 9.10.3; Adobe TN 5411).
//!
//! lopdf's own reader expands every code of a range while it loads, so that one hostile range
//! (`<00000000> <FFFFFFFF>`) would fill the memory. This reader keeps ranges as ranges.

use std::collections::HashMap;

/// Text of each character code.
#[derive(Debug, Default)]
pub(super) struct ToUnicode {
    single: HashMap<u32, String>,
    /// First code, last code, and the UTF-16 text of the first; the last unit counts up.
    ranges: Vec<(u32, u32, Vec<u16>)>,
}

enum Token {
    /// `<AC00>`
    Hex(Vec<u8>),
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// An operator or a name.
    Keyword(Vec<u8>),
}

/// A font has at most 65 535 glyphs.
const MAX_MAPPINGS: usize = 200_000;

impl ToUnicode {
    /// Reads the `bfchar` and `bfrange` sections; all other operators are skipped.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let tokens = tokenize(bytes);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if map.single.len() + map.ranges.len() > MAX_MAPPINGS {
                break;
            }
            match token {
                Token::Keyword(word) if word == b"beginbfchar" => {
                    while let (Some(Token::Hex(code)), Some(Token::Hex(text))) =
                        (tokens.get(at), tokens.get(at + 1))
                    {
                        map.single.insert(code_value(code), utf16(text));
                        at += 2;
                    }
                }
                Token::Keyword(word) if word == b"beginbfrange" => {
                    while let (Some(Token::Hex(low)), Some(Token::Hex(high))) =
                        (tokens.get(at), tokens.get(at + 1))
                    {
                        at += 2;
                        let (low, high) = (code_value(low), code_value(high));
                        match tokens.get(at) {
                            Some(Token::Hex(text)) => {
                                map.ranges.push((low, high, utf16_units(text)));
                                at += 1;
                            }
                            Some(Token::ArrayStart) => {
                                at += 1;
                                let mut code = low;
                                while let Some(Token::Hex(text)) = tokens.get(at) {
                                    map.single.insert(code, utf16(text));
                                    code = code.saturating_add(1);
                                    at += 1;
                                }
                                if matches!(tokens.get(at), Some(Token::ArrayEnd)) {
                                    at += 1;
                                }
                            }
                            _ => break,
                        }
                    }
                }
                _ => {}
            }
        }
        map
    }

    /// The text of `code`, or `None` if the map lacks it.
    pub(super) fn get(&self, code: u32) -> Option<String> {
        if let Some(text) = self.single.get(&code) {
            return Some(text.clone());
        }
        let (low, _, base) =
            self.ranges.iter().find(|(low, high, _)| (*low..=*high).contains(&code))?;
        let mut units = base.clone();
        let offset = u16::try_from(code - low).ok()?;
        if let Some(last) = units.last_mut() {
            *last = last.wrapping_add(offset);
        }
        Some(String::from_utf16_lossy(&units))
    }
}

fn code_value(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |n, b| (n << 8) | u32::from(*b))
}

fn utf16_units(bytes: &[u8]) -> Vec<u16> {
    if let [one] = bytes {
        return vec![u16::from(*one)];
    }
    bytes.chunks_exact(2).take(64).map(|p| u16::from_be_bytes([p[0], p[1]])).collect()
}

fn utf16(bytes: &[u8]) -> String {
    String::from_utf16_lossy(&utf16_units(bytes))
}

fn tokenize(bytes: &[u8]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'<' if bytes.get(at) == Some(&b'<') => at += 1,
            b'<' => {
                let mut digits = Vec::new();
                while let Some(&b) = bytes.get(at) {
                    at += 1;
                    match b {
                        b'>' => break,
                        b if b.is_ascii_hexdigit() => digits.push(b),
                        _ => {}
                    }
                }
                if digits.len() % 2 == 1 {
                    digits.push(b'0');
                }
                out.push(Token::Hex(hex::decode(&digits).unwrap_or_default()));
            }
            b'[' => out.push(Token::ArrayStart),
            b']' => out.push(Token::ArrayEnd),
            b'%' => {
                while bytes.get(at).is_some_and(|b| *b != b'\n' && *b != b'\r') {
                    at += 1;
                }
            }
            b if b.is_ascii_alphabetic() => {
                let start = at - 1;
                while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
                    at += 1;
                }
                out.push(Token::Keyword(bytes.get(start..at).unwrap_or_default().to_vec()));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_text() {
        let map = ToUnicode::parse(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange
              2 beginbfchar <0003> <0020> <8186> <D83EDDE9> endbfchar
              2 beginbfrange <0010> <0012> <AC00> <0020> <0021> [<0066006C> <B098>] endbfrange",
        );
        for (code, text) in [
            (0x03, Some(" ")),
            (0x8186, Some("🧩")),
            (0x12, Some("갂")),
            (0x20, Some("fl")),
            (0x21, Some("나")),
            (0x99, None),
        ] {
            assert_eq!(map.get(code).as_deref(), text, "{code:x}");
        }
    }

    #[test]
    fn a_hostile_range_costs_nothing() {
        let map = ToUnicode::parse(b"beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange");
        assert_eq!(map.get(1).as_deref(), Some("B"));
        assert_eq!(map.get(0x1234_5678), None);
    }
}
