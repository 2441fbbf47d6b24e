//! The tokens that may come next when an answer is held to a grammar.

use super::tokenizer::GgufTokenizer;
use fettle_domain::SelectionGrammar;

/// The state of an answer that is held to a grammar.
pub(super) struct GrammarMask<'a> {
    grammar: &'a SelectionGrammar,
    /// Tokens that stand for letters of the grammar alone, with their text.
    tokens: Vec<(u32, String)>,
    end_of_turn: Vec<u32>,
    /// The answer so far.
    text: String,
}

impl<'a> GrammarMask<'a> {
    /// At the beginning of an answer. Looks through the whole vocabulary once.
    pub(super) fn new(grammar: &'a SelectionGrammar, tokenizer: &GgufTokenizer) -> Self {
        let text = |token: u32| {
            let text = String::from_utf8(tokenizer.bytes(token)).ok()?;
            let fits = !text.is_empty() && text.chars().all(|c| grammar.has_letter(c));
            fits.then_some((token, text))
        };
        Self {
            grammar,
            tokens: (0..tokenizer.vocabulary_len()).filter_map(text).collect(),
            end_of_turn: tokenizer.end_of_turn().collect(),
            text: String::new(),
        }
    }

    /// The tokens with which the answer goes on or ends. None where the answer is whole and nothing
    /// may follow.
    pub(super) fn allowed(&self) -> Vec<u32> {
        let goes_on = |text: &str| self.grammar.accepts_prefix(&format!("{}{text}", self.text));
        let tokens = self.tokens.iter().filter(|(_, text)| goes_on(text));
        let mut allowed: Vec<u32> = tokens.map(|(token, _)| *token).collect();
        if !allowed.is_empty() && self.grammar.is_complete(&self.text) {
            allowed.extend(&self.end_of_turn);
        }
        allowed
    }

    /// Adds the token that was taken.
    pub(super) fn push(&mut self, token: u32) {
        if let Some((_, text)) = self.tokens.iter().find(|(known, _)| *known == token) {
            self.text.push_str(text);
        }
    }
}
