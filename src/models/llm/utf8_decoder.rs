//! UTF-8 decoding of a stream: a Hangul syllable has three bytes, and a token may end within it.

/// Decoder that holds back the bytes of an incomplete character.
#[derive(Default)]
pub(super) struct Utf8Decoder {
    pending: Vec<u8>,
}

impl Utf8Decoder {
    /// Adds bytes; returns the characters that are complete. A byte that is part of no character
    /// becomes U+FFFD.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        let mut used = 0;
        for chunk in self.pending.utf8_chunks() {
            text.push_str(chunk.valid());
            used += chunk.valid().len();
            let invalid = chunk.invalid();
            let at_end = used + invalid.len() == self.pending.len();
            if at_end && may_continue(invalid) {
                break;
            }
            if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            used += invalid.len();
        }
        self.pending.drain(..used);
        text
    }

    /// The bytes held back at the end of the stream, decoded with U+FFFD.
    pub(super) fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }
}

/// Whether `bytes` may be the beginning of a character.
fn may_continue(bytes: &[u8]) -> bool {
    // `error_len` is `None` exactly where the input ends within a character.
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_split_syllable_is_held_back() {
        // given bytes, expect pieces
        let cases: &[(&[&[u8]], &[&str])] = &[
            (&[b"\xEA\xB8\xB0", b"\xEA\xB3", b"\xB5!"], &["기", "", "공!"]),
            (&[b"a\xEA", b"\xB3", b"\xB5"], &["a", "", "공"]),
            (&[b"\xF0\x9F", b"\x98\x80"], &["", "😀"]),
            (&[b"\xFFa"], &["\u{FFFD}a"]),
            (&[b"\xEA", b"a"], &["", "\u{FFFD}a"]),
        ];
        for (given, expect) in cases {
            let mut stream = Utf8Decoder::default();
            let got: Vec<String> = given.iter().map(|bytes| stream.push(bytes)).collect();
            assert_eq!(&got, expect);
            assert_eq!(stream.finish(), "");
        }
        let mut stream = Utf8Decoder::default();
        assert_eq!(stream.push(b"\xEA\xB3"), "");
        assert_eq!(stream.finish(), "\u{FFFD}");
    }

    proptest! {
        #[test]
        fn pieces_joined_are_the_text(text in ".*", cut in 1usize..5) {
            let mut stream = Utf8Decoder::default();
            let mut joined = String::new();
            for bytes in text.as_bytes().chunks(cut) {
                joined += &stream.push(bytes);
            }
            prop_assert_eq!(joined + &stream.finish(), text);
        }

        #[test]
        fn any_bytes_become_what_lossy_decoding_makes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut stream = Utf8Decoder::default();
            let mut joined = String::new();
            for byte in &bytes {
                joined += &stream.push(&[*byte]);
            }
            prop_assert_eq!(joined + &stream.finish(), String::from_utf8_lossy(&bytes));
        }
    }
}
