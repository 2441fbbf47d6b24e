//! The grammar of a choice: which items, in which order, such as `c2 c1 | a1 +a3`.
//!
//! A model whose answer is held to it ([`super::Sampling::grammar`]) can order and choose, and say
//! nothing.

/// Items of one kind, each of which may be chosen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionGroup {
    /// Letter before the number of an item.
    pub letter: char,
    /// Numbers of the items.
    pub numbers: Vec<u32>,
    /// Marks that may stand before an item other than the first.
    pub marks: Vec<char>,
}

/// Items of several kinds: at least one of each kind, the kinds in order, separated by ` | `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectionGrammar {
    groups: Vec<SelectionGroup>,
}

/// Where a text stands in the grammar.
struct Position {
    group: usize,
    /// Numbers of the group that are taken.
    taken: Vec<u32>,
    expected: Expected,
}

enum Expected {
    /// A mark or the letter of an item.
    Item,
    /// The letter, after a mark.
    Letter,
    /// More digits, or the end of the item.
    Digits(String),
    /// An item or `|`, after a space.
    ItemOrBar,
    /// The space after `|`.
    Space,
}

impl SelectionGrammar {
    /// The grammar of these groups; groups without items are left out. `None` where none is left.
    pub fn new(groups: Vec<SelectionGroup>) -> Option<Self> {
        let groups: Vec<_> = groups.into_iter().filter(|group| !group.numbers.is_empty()).collect();
        (!groups.is_empty()).then_some(Self { groups })
    }

    /// Whether `text` is, or can be continued to, an answer.
    pub fn accepts_prefix(&self, text: &str) -> bool {
        self.follow(text).is_some()
    }

    /// Whether `text` is an answer.
    pub fn is_complete(&self, text: &str) -> bool {
        self.follow(text).is_some_and(|position| {
            position.group + 1 == self.groups.len() && self.finished(&position).is_some()
        })
    }

    /// Whether `c` occurs in answers.
    pub fn has_letter(&self, c: char) -> bool {
        c == ' '
            || c == '|'
            || c.is_ascii_digit()
            || self.groups.iter().any(|group| group.letter == c || group.marks.contains(&c))
    }

    fn follow(&self, text: &str) -> Option<Position> {
        let mut position = Position { group: 0, taken: Vec::new(), expected: Expected::Item };
        for c in text.chars() {
            self.step(&mut position, c)?;
        }
        Some(position)
    }

    fn step(&self, position: &mut Position, c: char) -> Option<()> {
        let group = self.groups.get(position.group)?;
        let left = position.taken.len() < group.numbers.len();
        position.expected = match &position.expected {
            Expected::Item | Expected::ItemOrBar
                if left && !position.taken.is_empty() && group.marks.contains(&c) =>
            {
                Expected::Letter
            }
            Expected::Item | Expected::ItemOrBar | Expected::Letter
                if left && c == group.letter =>
            {
                Expected::Digits(String::new())
            }
            Expected::ItemOrBar if c == '|' && position.group + 1 < self.groups.len() => {
                Expected::Space
            }
            Expected::Space if c == ' ' => {
                (position.group, position.taken) = (position.group + 1, Vec::new());
                Expected::Item
            }
            Expected::Digits(_) if c == ' ' => {
                let number = self.finished(position)?;
                position.taken.push(number);
                let more = position.taken.len() < group.numbers.len();
                (more || position.group + 1 < self.groups.len()).then_some(Expected::ItemOrBar)?
            }
            Expected::Digits(digits) if c.is_ascii_digit() => {
                let digits = format!("{digits}{c}");
                let mut numbers = group.numbers.iter();
                let can_be = |number: &u32| {
                    !position.taken.contains(number) && number.to_string().starts_with(&digits)
                };
                numbers.any(can_be).then_some(Expected::Digits(digits))?
            }
            _ => return None,
        };
        Some(())
    }

    /// The number of the item that a text ends with, if it is whole and not taken.
    fn finished(&self, position: &Position) -> Option<u32> {
        let Expected::Digits(digits) = &position.expected else { return None };
        let number = digits.parse().ok()?;
        let known = self.groups.get(position.group)?.numbers.contains(&number);
        (known && !position.taken.contains(&number)).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_an_answer_its_beginning_or_neither() {
        let group = |letter, numbers: &[u32], marks: &[char]| SelectionGroup {
            letter,
            numbers: numbers.to_vec(),
            marks: marks.to_vec(),
        };
        let grammar =
            SelectionGrammar::new(vec![group('c', &[1, 2, 12], &[]), group('a', &[1, 3], &['+'])]);
        let grammar = grammar.unwrap();
        for (text, complete, prefix) in [
            ("", false, true),
            ("c1", false, true),
            ("c1 ", false, true),
            ("c1 c12 | a3", true, true),
            ("c12 c1 | a1 +a3", true, true),
            ("c2 c1 | a", false, true),
            ("c2 c1 | a1 +", false, true),
            // Nothing may follow, an item twice, an unknown one, a mark before the first.
            ("c1 | a1 a3 ", false, false),
            ("c2 c2", false, false),
            ("c3", false, false),
            ("c1 | a2", false, false),
            ("c1 | +a1", false, false),
            ("c1 +c2", false, false),
            (" c1", false, false),
            ("원인", false, false),
            ("c1|", false, false),
        ] {
            assert_eq!(grammar.is_complete(text), complete, "{text:?}");
            assert_eq!(grammar.accepts_prefix(text), prefix, "{text:?}");
        }
        assert_eq!(SelectionGrammar::new(vec![group('c', &[], &[])]), None);
        let one = SelectionGrammar::new(vec![group('c', &[], &[]), group('a', &[7], &[])]).unwrap();
        assert!(one.is_complete("a7") && !one.accepts_prefix("a7 ") && one.has_letter('a'));
    }
}
