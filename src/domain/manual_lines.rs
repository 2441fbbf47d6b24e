//! Finding the lines and sections of a manual by their texts.

use unicode_normalization::UnicodeNormalization;

use super::{LineRef, LineSpan, ManualText, Section, SectionRef, Statement};

/// The statements of a section that stand in one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartPlace {
    /// [`Section::causes`].
    Causes,
    /// [`Section::actions`].
    Actions,
    /// One of [`Section::parts`], by index.
    Other(usize),
}

/// Where a line stands in a [`ManualText`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinePlace {
    /// A statement.
    Statement {
        /// Index of the section.
        section: usize,
        /// The list.
        part: PartPlace,
        /// Index in the list.
        index: usize,
    },
    /// A line that was assigned to none, by index in [`ManualText::passages`].
    Passage(usize),
}

/// Whether two texts are the same but for spaces, case and the form of their letters.
pub fn same_text(first: &str, second: &str) -> bool {
    folded(first).eq(folded(second))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
}

impl Section {
    /// The lists of statements, in the order in which a section is shown.
    pub fn part_places(&self) -> Vec<PartPlace> {
        let others = (0..self.parts.len()).map(PartPlace::Other);
        [PartPlace::Causes, PartPlace::Actions].into_iter().chain(others).collect()
    }

    /// The statements of a list; none where the list does not exist.
    pub fn part(&self, place: PartPlace) -> &[Statement] {
        match place {
            PartPlace::Causes => &self.causes,
            PartPlace::Actions => &self.actions,
            PartPlace::Other(index) => {
                self.parts.get(index).map(|part| part.statements.as_slice()).unwrap_or_default()
            }
        }
    }

    /// The statements of a list, to be changed.
    pub fn part_mut(&mut self, place: PartPlace) -> Option<&mut Vec<Statement>> {
        match place {
            PartPlace::Causes => Some(&mut self.causes),
            PartPlace::Actions => Some(&mut self.actions),
            PartPlace::Other(index) => Some(&mut self.parts.get_mut(index)?.statements),
        }
    }
}

impl ManualText {
    /// Whether a part has this label.
    pub fn has_label(&self, label: &str) -> bool {
        let mut parts = self.sections.iter().flat_map(|section| &section.parts);
        parts.any(|part| same_text(&part.label, label))
    }

    /// All statements, in the order in which sections are shown, then the lines without one.
    pub fn line_places(&self) -> Vec<LinePlace> {
        let mut out = Vec::new();
        for (section, one) in self.sections.iter().enumerate() {
            for part in one.part_places() {
                let places = (0..one.part(part).len()).map(|index| LinePlace::Statement {
                    section,
                    part,
                    index,
                });
                out.extend(places);
            }
        }
        out.extend((0..self.passages.len()).map(LinePlace::Passage));
        out
    }

    /// The statement at a place; `None` for lines without one.
    pub fn statement_at(&self, place: LinePlace) -> Option<&Statement> {
        match place {
            LinePlace::Statement { section, part, index } => {
                self.sections.get(section)?.part(part).get(index)
            }
            LinePlace::Passage(_) => None,
        }
    }

    /// The text of a line.
    pub fn line_text(&self, place: LinePlace) -> Option<&str> {
        match place {
            LinePlace::Statement { .. } => Some(&self.statement_at(place)?.text),
            LinePlace::Passage(index) => Some(&self.passages.get(index)?.text),
        }
    }

    /// Where a line is printed, in reading order.
    pub fn line_spans(&self, place: LinePlace) -> Vec<LineSpan> {
        match place {
            LinePlace::Statement { .. } => {
                self.statement_at(place).map(|one| one.spans.clone()).unwrap_or_default()
            }
            LinePlace::Passage(index) => {
                self.passages.get(index).map(|passage| passage.span).into_iter().collect()
            }
        }
    }

    /// How the line at a place is named in a correction.
    pub fn line_ref(&self, place: LinePlace) -> Option<LineRef> {
        let text = self.line_text(place)?.to_owned();
        let section = self.section_of(place);
        let same = self.line_places().into_iter().filter(|other| {
            self.line_text(*other).is_some_and(|other| same_text(other, &text))
                && self.section_of(*other) == section
        });
        let before = same.take_while(|other| *other != place).count();
        Some(LineRef { text, section, nth: u32::try_from(before).unwrap_or(u32::MAX) })
    }

    /// The place of a named line. A line that stands in another section than named is found where no
    /// other has its text.
    pub fn find_line(&self, line: &LineRef) -> Option<LinePlace> {
        let mut same = self.line_places();
        same.retain(|place| self.line_text(*place).is_some_and(|text| same_text(text, &line.text)));
        let is_there = |place: &LinePlace| match (self.section_of(*place), &line.section) {
            (Some(at), Some(named)) => {
                at.nth == named.nth && same_text(&at.heading, &named.heading)
            }
            (at, named) => at.is_none() && named.is_none(),
        };
        let there: Vec<LinePlace> = same.iter().copied().filter(is_there).collect();
        let nth = usize::try_from(line.nth).ok()?;
        match (there.get(nth), same.as_slice()) {
            (Some(place), _) => Some(*place),
            (None, [only]) => Some(*only),
            _ => None,
        }
    }

    /// How the section at an index is named in a correction.
    pub fn section_ref(&self, index: usize) -> Option<SectionRef> {
        let heading = self.sections.get(index)?.heading.clone();
        let before = self.sections.iter().take(index);
        let same = before.filter(|section| same_text(&section.heading, &heading)).count();
        Some(SectionRef { heading, nth: u32::try_from(same).unwrap_or(u32::MAX) })
    }

    /// The index of a named section.
    pub fn find_section_index(&self, named: &SectionRef) -> Option<usize> {
        let is_named = |section: &Section| same_text(&section.heading, &named.heading);
        let same = self.sections.iter().enumerate().filter(|(_, section)| is_named(section));
        same.map(|(index, _)| index).nth(usize::try_from(named.nth).ok()?)
    }

    /// The section in which a line stands.
    fn section_of(&self, place: LinePlace) -> Option<SectionRef> {
        match place {
            LinePlace::Statement { section, .. } => self.section_ref(section),
            LinePlace::Passage(index) => {
                let heading = self.passages.get(index)?.heading.clone()?;
                Some(SectionRef { heading, nth: 0 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Passage, RectPt, StatementKind};

    fn span(page: u32) -> LineSpan {
        LineSpan { page, rect: RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 } }
    }

    fn section(heading: &str, causes: &[&str]) -> Section {
        let statement = |text: &&str| Statement {
            id: String::new(),
            kind: StatementKind::Cause,
            text: (*text).to_owned(),
            spans: vec![span(1)],
            figures: Vec::new(),
        };
        Section {
            heading: heading.to_owned(),
            defect: None,
            page: 1,
            causes: causes.iter().map(statement).collect(),
            actions: Vec::new(),
            parts: Vec::new(),
            figures: Vec::new(),
        }
    }

    fn manual() -> ManualText {
        let passage = |heading: Option<&str>, text: &str| Passage {
            heading: heading.map(str::to_owned),
            text: text.to_owned(),
            span: span(1),
        };
        ManualText {
            page_count: 1,
            sections: vec![
                section("기공", &["탈기 불량", "습기", "탈기  불량"]),
                section("버", &["습기"]),
                section("기 공", &["탈기 불량", "온도"]),
            ],
            summary: Vec::new(),
            passages: vec![passage(Some("기공"), "습기"), passage(None, "머리말")],
            warnings: Vec::new(),
        }
    }

    #[test]
    fn every_line_is_found_by_its_name() {
        let manual = manual();
        for place in manual.line_places() {
            let named = manual.line_ref(place).unwrap();
            assert_eq!(manual.find_line(&named), Some(place), "{named:?}");
        }
        for index in 0..manual.sections.len() {
            let named = manual.section_ref(index).unwrap();
            assert_eq!(manual.find_section_index(&named), Some(index));
        }
    }

    #[test]
    fn a_line_that_moved_is_found_where_it_is_the_only_one() {
        let manual = manual();
        let named = |text: &str| LineRef {
            text: text.to_owned(),
            section: Some(SectionRef { heading: "없는 절".into(), nth: 0 }),
            nth: 0,
        };
        let found = manual.find_line(&named("온 도")).unwrap();
        assert_eq!(manual.line_text(found), Some("온도"));
        // Which of several is meant, nobody knows.
        for text in ["습기", "없는 줄"] {
            assert_eq!(manual.find_line(&named(text)), None, "{text}");
        }
    }

    #[test]
    fn texts_are_the_same_but_for_spaces_case_and_form() {
        for (first, second, expected) in [
            ("탈기 불량", "탈기불량", true),
            ("ＡＢＣ １", "abc1", true),
            ("\u{1100}\u{1161}", "가", true),
            ("탈기 불량", "탈기 불량.", false),
        ] {
            assert_eq!(same_text(first, second), expected, "{first} {second}");
        }
    }
}
