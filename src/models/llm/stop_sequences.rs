//! Stop sequences in a streamed answer.

/// Filter that ends a streamed answer before the first stop sequence. Text that may be the
/// beginning of a stop sequence is held back.
pub(crate) struct StopSequences {
    sequences: Vec<String>,
    held: String,
}

impl StopSequences {
    /// Makes a filter; empty sequences are ignored.
    pub(crate) fn new(sequences: &[String]) -> Self {
        let sequences = sequences.iter().filter(|text| !text.is_empty()).cloned().collect();
        Self { sequences, held: String::new() }
    }

    /// Adds the next piece of the answer; returns the text that is certainly part of the answer,
    /// and whether a stop sequence ended the answer.
    pub(crate) fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        let found = self.sequences.iter().filter_map(|text| self.held.find(text.as_str())).min();
        if let Some(at) = found {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let uncertain = self.held.char_indices().map(|(at, _)| at).find(|at| {
            let end = self.held.get(*at..).unwrap_or_default();
            self.sequences.iter().any(|text| text.starts_with(end))
        });
        let rest = self.held.split_off(uncertain.unwrap_or(self.held.len()));
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// The text held back, at the end of the answer.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_before_the_stop_sequence_for_any_split_into_pieces() {
        let stops = ["</s>".to_owned(), "끝".to_owned()];
        for (pieces, expect) in [
            (&["a</", "s>b"][..], ("a", true)),
            (&["a<", "/b", "</s"][..], ("a</b</s", false)),
            (&["원인끝남"][..], ("원인", true)),
            (&["<", "<", "/s>"][..], ("<", true)),
            (&[][..], ("", false)),
        ] {
            let mut stop = StopSequences::new(&stops);
            let (mut answer, mut ended) = (String::new(), false);
            for piece in pieces {
                let (text, end) = stop.push(piece);
                answer += &text;
                ended |= end;
            }
            answer += &stop.finish();
            assert_eq!((answer.as_str(), ended), expect, "{pieces:?}");
        }
        let mut none = StopSequences::new(&[]);
        assert_eq!(none.push("</s>"), ("</s>".to_owned(), false));
    }
}
