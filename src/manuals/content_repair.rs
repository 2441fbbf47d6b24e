//! Content streams with brackets that close nothing, or that are never closed. Viewers pass over
//! them; hayro ends a page there.

/// The operators of ISO 32000-1, annex A.
const OPERATORS: [&[u8]; 73] = [
    b"b", b"B", b"b*", b"B*", b"BDC", b"BI", b"BMC", b"BT", b"BX", b"c", b"cm", b"CS", b"cs", b"d",
    b"d0", b"d1", b"Do", b"DP", b"EI", b"EMC", b"ET", b"EX", b"f", b"F", b"f*", b"G", b"g", b"gs",
    b"h", b"i", b"ID", b"j", b"J", b"K", b"k", b"l", b"m", b"M", b"MP", b"n", b"q", b"Q", b"re",
    b"RG", b"rg", b"ri", b"s", b"S", b"SC", b"sc", b"SCN", b"scn", b"sh", b"T*", b"Tc", b"Td",
    b"TD", b"Tf", b"Tj", b"TJ", b"TL", b"Tm", b"Tr", b"Ts", b"Tw", b"Tz", b"v", b"w", b"W", b"W*",
    b"y", b"'", b"\"",
];

/// A repaired content stream.
pub(super) struct Repaired {
    /// The content, where it differs from what was given.
    pub(super) bytes: Option<Vec<u8>>,
    /// Whether every operator is known, and strings and text objects end.
    pub(super) is_whole: bool,
}

/// Takes out brackets without a partner and closes arrays that an operator interrupts.
pub(super) fn repair(content: &[u8]) -> Repaired {
    let mut scan = Scan { content, at: 0, out: Vec::new(), copied: 0, is_whole: true };
    scan.run();
    let is_changed = scan.copied > 0;
    if is_changed {
        scan.keep_until(content.len());
    }
    Repaired { bytes: is_changed.then_some(scan.out), is_whole: scan.is_whole }
}

struct Scan<'c> {
    content: &'c [u8],
    at: usize,
    /// The repaired content so far.
    out: Vec<u8>,
    /// How much of the content is in `out`; 0 as long as nothing was repaired.
    copied: usize,
    is_whole: bool,
}

/// What brackets are open.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Array,
    Dictionary,
}

impl<'c> Scan<'c> {
    fn run(&mut self) {
        let mut open: Vec<Open> = Vec::new();
        let (mut is_text, mut compatible) = (false, 0_usize);
        while let Some(&byte) = self.content.get(self.at) {
            match byte {
                b'(' => self.string(),
                b'<' if self.peek(1) == Some(b'<') => {
                    open.push(Open::Dictionary);
                    self.at += 2;
                }
                b'<' => self.hex(),
                b'>' if self.peek(1) == Some(b'>') && open.last() == Some(&Open::Dictionary) => {
                    open.pop();
                    self.at += 2;
                }
                b'[' => {
                    open.push(Open::Array);
                    self.at += 1;
                }
                b']' if open.last() == Some(&Open::Array) => {
                    open.pop();
                    self.at += 1;
                }
                b')' | b'>' | b']' | b'{' | b'}' => self.drop_byte(),
                b'%' => self.comment(),
                b'/' => {
                    self.at += 1;
                    self.regular();
                }
                _ if is_regular(byte) => {
                    let start = self.at;
                    let word = self.regular();
                    if !is_operator(word) {
                        let is_operand = is_operand(word);
                        self.is_whole &= is_operand || compatible > 0 || !open.is_empty();
                        continue;
                    }
                    // An operator within an array or a dictionary: it was never closed.
                    self.close(start, &mut open);
                    match word {
                        b"BT" => is_text = true,
                        b"ET" => is_text = false,
                        b"BX" => compatible += 1,
                        b"EX" => compatible = compatible.saturating_sub(1),
                        b"ID" => self.inline_image(),
                        _ => {}
                    }
                }
                _ => self.at += 1,
            }
        }
        self.is_whole &= !is_text && open.is_empty();
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.content.get(self.at + ahead).copied()
    }

    /// Copies what was not copied yet, up to `end`.
    fn keep_until(&mut self, end: usize) {
        self.out.extend_from_slice(self.content.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    fn drop_byte(&mut self) {
        self.keep_until(self.at);
        self.out.push(b' ');
        self.at += 1;
        self.copied = self.at;
    }

    /// Closes what is open before the operator at `start`.
    fn close(&mut self, start: usize, open: &mut Vec<Open>) {
        if open.is_empty() {
            return;
        }
        self.keep_until(start);
        while let Some(bracket) = open.pop() {
            let close: &[u8] = if bracket == Open::Array { b" ] " } else { b" >> " };
            self.out.extend_from_slice(close);
        }
    }

    /// Skips `( … )` with brackets and escapes in it.
    fn string(&mut self) {
        let mut depth = 0_usize;
        while let Some(&byte) = self.content.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
        self.is_whole = false;
    }

    /// Skips `< … >`.
    fn hex(&mut self) {
        while let Some(&byte) = self.content.get(self.at) {
            self.at += 1;
            if byte == b'>' {
                return;
            }
        }
        self.is_whole = false;
    }

    fn comment(&mut self) {
        while self.content.get(self.at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips a name, a number or an operator.
    fn regular(&mut self) -> &'c [u8] {
        let start = self.at;
        while self.content.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            self.at += 1;
        }
        self.content.get(start..self.at).unwrap_or_default()
    }

    /// Skips the data of an inline image, up to `EI` between white space.
    fn inline_image(&mut self) {
        let rest = self.content.get(self.at..).unwrap_or_default();
        let end = rest.windows(4).position(|window| {
            matches!(window, [before, b'E', b'I', after]
                if before.is_ascii_whitespace() && after.is_ascii_whitespace())
        });
        match end {
            Some(end) => self.at += end + 3,
            None => {
                self.at = self.content.len();
                self.is_whole = false;
            }
        }
    }
}

fn is_regular(byte: u8) -> bool {
    !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' | 0)
        && !byte.is_ascii_whitespace()
}

fn is_operator(word: &[u8]) -> bool {
    OPERATORS.contains(&word)
}

/// Whether a word is a number, a truth value or `null`.
fn is_operand(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false" | b"null")
        || word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_without_a_partner_are_taken_out_and_open_ones_closed() {
        for (content, expected, is_whole) in [
            ("BT (a\\)b) Tj ET", None, true),
            ("/P <</MCID 0>> BDC [(a) 3 (b)] TJ EMC", None, true),
            ("BT (a) Tj >> ) ] ET", Some("BT (a) Tj        ET"), true),
            ("[(a) 3 (b) TJ", Some("[(a) 3 (b)  ] TJ"), true),
            ("BI /W 1 /H 1 ID \x01)]>\x02 EI (a) Tj", None, true),
            ("BT (a) Tj (b", None, false),
            ("BT (a) Tj", None, false),
            ("q zz Q", None, false),
            ("BX zz EX", None, true),
            ("1 0 0 1 50 700 cm", None, true),
        ] {
            let repaired = repair(content.as_bytes());
            let bytes = repaired.bytes.map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!((bytes.as_deref(), repaired.is_whole), (expected, is_whole), "{content}");
        }
    }
}
