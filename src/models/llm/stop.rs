//! Ends an answer at a text that the caller names.

/// Holds back what may be the beginning of a stop text.
pub(crate) struct StopTexts {
    texts: Vec<String>,
    held: String,
}

impl StopTexts {
    pub(crate) fn new(texts: &[String]) -> Self {
        let texts = texts.iter().filter(|text| !text.is_empty()).cloned().collect();
        Self { texts, held: String::new() }
    }

    /// Takes the next piece of the answer; gives what is surely part of it, and whether a stop
    /// text ended it.
    pub(crate) fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        let found = self.texts.iter().filter_map(|text| self.held.find(text.as_str())).min();
        if let Some(at) = found {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let unsure = self.held.char_indices().map(|(at, _)| at).find(|at| {
            let end = self.held.get(*at..).unwrap_or_default();
            self.texts.iter().any(|text| text.starts_with(end))
        });
        let rest = self.held.split_off(unsure.unwrap_or(self.held.len()));
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// What was held back, when nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_before_the_stop_text_wherever_its_pieces_are_cut() {
        let stops = ["</s>".to_owned(), "끝".to_owned()];
        for (pieces, expect) in [
            (&["a</", "s>b"][..], ("a", true)),
            (&["a<", "/b", "</s"][..], ("a</b</s", false)),
            (&["원인끝남"][..], ("원인", true)),
            (&["<", "<", "/s>"][..], ("<", true)),
            (&[][..], ("", false)),
        ] {
            let mut stop = StopTexts::new(&stops);
            let (mut said, mut ended) = (String::new(), false);
            for piece in pieces {
                let (text, end) = stop.push(piece);
                said += &text;
                ended |= end;
            }
            said += &stop.finish();
            assert_eq!((said.as_str(), ended), expect, "{pieces:?}");
        }
        let mut none = StopTexts::new(&[]);
        assert_eq!(none.push("</s>"), ("</s>".to_owned(), false));
    }
}
