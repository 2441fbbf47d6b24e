//! The edits of a person on a manual's text, one at a time.

use fettle_domain::{
    Figure, LabelRule, LinePlace, LineRef, LineSpan, ManualEdit, ManualText, PartPlace, Passage,
    Section, SectionPart, SectionRef, Statement, StatementKind, same_text,
};

use super::chunk::{forbidding_label, labelled, words_with_label};
use super::split_spans::split_spans;

/// A text while it is edited.
pub(super) struct EditedText {
    text: ManualText,
    /// The labels that forbid, of the text as it was read.
    forbidding: Vec<String>,
}

/// A line taken out of its place.
struct TakenLine {
    /// Its text. What stood under a label that forbids or denies says so itself from here on: without its
    /// *Do not*, `Use sandpaper` would say the opposite.
    text: String,
    spans: Vec<LineSpan>,
    /// Its pictures.
    figures: Vec<Figure>,
}

impl EditedText {
    pub(super) fn new(text: ManualText) -> Self {
        let parts = text.sections.iter().flat_map(|section| &section.parts);
        let mut forbidding: Vec<String> =
            parts.filter_map(forbidding_label).map(str::to_owned).collect();
        forbidding.sort();
        forbidding.dedup();
        Self { text, forbidding }
    }

    /// The text, without parts that became empty.
    pub(super) fn into_text(mut self) -> ManualText {
        for section in &mut self.text.sections {
            section.parts.retain(|part| !part.statements.is_empty());
        }
        self.text
    }

    /// Where a line stands. Of one that stood under a forbidding label and was moved, by its text with that
    /// label, too.
    fn find(&self, line: &LineRef) -> Option<LinePlace> {
        self.text.find_line(line).or_else(|| {
            let with_label =
                |label: &String| LineRef { text: labelled(label, &line.text), ..line.clone() };
            self.forbidding.iter().find_map(|label| self.text.find_line(&with_label(label)))
        })
    }

    /// Whether a part has this label.
    pub(super) fn has_label(&self, label: &str) -> bool {
        self.text.has_label(label)
    }

    /// Gives every part with the label its kind.
    pub(super) fn name_label(&mut self, rule: &LabelRule) {
        for section in &mut self.text.sections {
            let mut moved = Vec::new();
            for part in section.parts.iter_mut().filter(|part| same_text(&part.label, &rule.label))
            {
                part.kind = rule.kind;
                part.statements.iter_mut().for_each(|statement| statement.kind = rule.kind);
                if own_list(rule.kind).is_some() {
                    with_their_label(part);
                    moved.append(&mut part.statements);
                }
            }
            section.parts.retain(|part| !part.statements.is_empty());
            for statement in moved {
                insert(section, statement);
            }
        }
    }

    /// Applies an edit; `None` where it finds nothing to touch. Labels are named beforehand.
    pub(super) fn apply(&mut self, edit: &ManualEdit) -> Option<()> {
        match edit {
            ManualEdit::NameLabel(_) => {}
            ManualEdit::NameHeading { section, defect } => {
                self.section_mut(section)?.defect.clone_from(defect);
            }
            ManualEdit::Place { line, section, kind } => {
                let target = self.text.find_section_index(section)?;
                let place = self.find(line)?;
                if self.is_placed(place, target, *kind) {
                    return Some(());
                }
                let taken = self.take(place)?;
                let section = self.text.sections.get_mut(target)?;
                insert(section, taken.into_statement(*kind));
            }
            ManualEdit::Dismiss { line } => self.dismiss(line)?,
            ManualEdit::Merge { line, into, spaced } => self.merge(line, into, *spaced)?,
            ManualEdit::Split { line, pieces } => self.split(line, pieces)?,
            ManualEdit::StartPart { line, kind } => self.start_part(line, *kind)?,
            ManualEdit::StartSection { line, defect } => {
                let new = self.start_section(line)?;
                new.defect.clone_from(defect);
            }
            ManualEdit::JoinSection { section } => self.join_section(section)?,
        }
        Some(())
    }

    fn section_mut(&mut self, named: &SectionRef) -> Option<&mut Section> {
        let index = self.text.find_section_index(named)?;
        self.text.sections.get_mut(index)
    }

    /// Whether a line stands in a part of this kind in the target section.
    fn is_placed(&self, place: LinePlace, target: usize, kind: StatementKind) -> bool {
        let LinePlace::Statement { section, part: PartPlace::Other(part), .. } = place else {
            return false;
        };
        let found = self.text.sections.get(section).and_then(|section| section.parts.get(part));
        section == target && found.is_some_and(|part| part.kind == kind)
    }

    /// Takes a line out.
    fn take(&mut self, place: LinePlace) -> Option<TakenLine> {
        match place {
            LinePlace::Statement { section, part, index } => {
                let section = self.text.sections.get_mut(section)?;
                let label = match part {
                    PartPlace::Other(part) => {
                        section.parts.get(part).and_then(forbidding_label).map(str::to_owned)
                    }
                    PartPlace::Causes | PartPlace::Actions => None,
                };
                let list = section.part_mut(part)?;
                let Statement { text, spans, figures, .. } =
                    (index < list.len()).then(|| list.remove(index))?;
                let text = label.map_or(text.clone(), |label| labelled(&label, &text));
                Some(TakenLine { text, spans, figures })
            }
            LinePlace::Passage(index) => {
                let passages = &mut self.text.passages;
                let Passage { text, span, .. } =
                    (index < passages.len()).then(|| passages.remove(index))?;
                Some(TakenLine { text, spans: vec![span], figures: Vec::new() })
            }
        }
    }

    fn dismiss(&mut self, line: &LineRef) -> Option<()> {
        let place = self.find(line)?;
        let LinePlace::Statement { section, .. } = place else { return None };
        let heading = self.text.sections.get(section)?.heading.clone();
        let mut taken = self.take(place)?;
        // A picture stays with its section where its line is no statement.
        self.text.sections.get_mut(section)?.figures.append(&mut taken.figures);
        self.add_passage(Some(heading), taken);
        Some(())
    }

    /// Adds a passage in printed order.
    fn add_passage(&mut self, heading: Option<String>, line: TakenLine) {
        let Some(span) = line.spans.first().copied() else { return };
        let passages = &mut self.text.passages;
        let at = passages.iter().position(|other| is_before(&span, &other.span));
        let passage = Passage { heading, text: line.text, span };
        passages.insert(at.unwrap_or(passages.len()), passage);
    }

    fn merge(&mut self, line: &LineRef, into: &LineRef, spaced: bool) -> Option<()> {
        let place = self.find(line)?;
        let target = self.find(into).filter(|target| *target != place)?;
        let LinePlace::Statement { section, part, mut index } = target else { return None };
        let (is_beside, is_before) = match place {
            LinePlace::Statement { section: s, part: p, index: i } => {
                let is_beside = (s, p) == (section, part);
                (is_beside, is_beside && i < index)
            }
            LinePlace::Passage(_) => (false, false),
        };
        // Lines of one part have its label in common; said again, it would stand amid the joined line.
        let plain = is_beside.then(|| self.text.line_text(place).map(str::to_owned)).flatten();
        let taken = self.take(place)?;
        let added = plain.unwrap_or(taken.text);
        index -= usize::from(is_before);
        let statement = self.text.sections.get_mut(section)?.part_mut(part)?.get_mut(index)?;
        let space = if spaced { " " } else { "" };
        statement.text = format!("{}{space}{added}", statement.text);
        statement.spans.extend(taken.spans);
        statement.figures.extend(taken.figures);
        Some(())
    }

    fn split(&mut self, line: &LineRef, pieces: &[String]) -> Option<()> {
        let LinePlace::Statement { section, part, index } = self.find(line)? else {
            return None;
        };
        let list = self.text.sections.get_mut(section)?.part_mut(part)?;
        let whole = list.get(index).filter(|whole| same_text(&whole.text, &pieces.concat()))?;
        let kind = whole.kind;
        let spans = split_spans(&whole.spans, pieces);
        let new = pieces.iter().zip(spans).map(|(text, spans)| {
            let figures = Vec::new();
            TakenLine { text: text.trim().to_owned(), spans, figures }.into_statement(kind)
        });
        let mut new: Vec<Statement> = new.collect();
        // A picture stands below what was one statement.
        if let Some(last) = new.last_mut() {
            last.figures.clone_from(&whole.figures);
        }
        list.splice(index..=index, new);
        Some(())
    }

    fn start_part(&mut self, line: &LineRef, kind: StatementKind) -> Option<()> {
        let place = self.find(line)?;
        let span = self.text.line_spans(place).first().copied()?;
        let index = self.section_at(place, &span)?;
        let section = self.text.sections.get(index)?;
        // The part that the line stands in is that of the statement after it.
        let list = match place {
            LinePlace::Statement { part, .. } => part,
            LinePlace::Passage(_) => {
                let lists = section.part_places().into_iter();
                let after = lists.filter_map(|list| {
                    let next = section.part(list).iter().find(|one| is_after(one, &span))?;
                    Some((list, *next.spans.first()?))
                });
                after.reduce(|a, b| if is_before(&b.1, &a.1) { b } else { a })?.0
            }
        };
        // A line that is a label itself ends the part that it stood in, and what that forbade.
        let label = self.text.line_text(place)?.to_owned();
        let taken = self.take(place)?;
        let section = self.text.sections.get_mut(index)?;
        section.figures.extend(taken.figures);
        let mut statements = take_following(section.part_mut(list)?, &span, index_in(place, list));
        statements.iter_mut().for_each(|statement| statement.kind = kind);
        let mut part = SectionPart { label, kind, page: span.page, statements };
        if own_list(kind).is_some() {
            with_their_label(&mut part);
            part.statements.into_iter().for_each(|statement| insert(section, statement));
        } else {
            section.parts.push(part);
        }
        Some(())
    }

    /// The section in which a line stands; for one outside of all sections the one printed before it.
    fn section_at(&self, place: LinePlace, span: &LineSpan) -> Option<usize> {
        match place {
            LinePlace::Statement { section, .. } => Some(section),
            LinePlace::Passage(index) => {
                let heading = self.text.passages.get(index)?.heading.as_ref();
                let sections = || self.text.sections.iter();
                let named = heading.and_then(|heading| {
                    sections().position(|one| same_text(&one.heading, heading))
                });
                named.or_else(|| {
                    sections().rposition(|one| one.all_statements().any(|one| !is_after(one, span)))
                })
            }
        }
    }

    /// Starts a section at a line, with what follows it.
    fn start_section(&mut self, line: &LineRef) -> Option<&mut Section> {
        let place = self.find(line)?;
        let span = self.text.line_spans(place).first().copied()?;
        let before = self.section_at(place, &span);
        let heading = self.text.line_text(place)?.to_owned();
        let figures = self.take(place)?.figures;
        let mut new = Section {
            heading,
            defect: None,
            page: span.page,
            causes: Vec::new(),
            actions: Vec::new(),
            parts: Vec::new(),
            figures,
        };
        let at = before.map_or(0, |before| before + 1);
        if let Some(old) = before.and_then(|before| self.text.sections.get_mut(before)) {
            let at = |list| index_in(place, list);
            new.causes = take_following(&mut old.causes, &span, at(PartPlace::Causes));
            new.actions = take_following(&mut old.actions, &span, at(PartPlace::Actions));
            for (number, part) in old.parts.iter_mut().enumerate() {
                let from = at(PartPlace::Other(number));
                let statements = take_following(&mut part.statements, &span, from);
                if !statements.is_empty() {
                    new.parts.push(SectionPart { statements, ..part.clone() });
                }
            }
            old.parts.retain(|part| !part.statements.is_empty());
            for passage in &mut self.text.passages {
                if passage.heading.as_ref() == Some(&old.heading) && is_before(&span, &passage.span)
                {
                    passage.heading = Some(new.heading.clone());
                }
            }
        }
        self.text.sections.insert(at.min(self.text.sections.len()), new);
        self.text.sections.get_mut(at)
    }

    /// Puts what stands in a section into the one before; of the first section it becomes lines
    /// without a statement. The heading stays as such a line.
    fn join_section(&mut self, named: &SectionRef) -> Option<()> {
        let index = self.text.find_section_index(named)?;
        let section = self.text.sections.remove(index);
        let rect = fettle_domain::RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
        let heading = section.heading.clone();
        let spans = vec![LineSpan { page: section.page, rect }];
        let before = index.checked_sub(1).and_then(|before| self.text.sections.get_mut(before));
        let new_heading = before.as_ref().map(|before| before.heading.clone());
        for passage in &mut self.text.passages {
            if passage.heading.as_ref() == Some(&heading) {
                passage.heading.clone_from(&new_heading);
            }
        }
        match before {
            Some(before) => {
                before.causes.extend(section.causes);
                before.actions.extend(section.actions);
                before.parts.extend(section.parts);
                before.figures.extend(section.figures);
            }
            None => {
                let own = section.statements().map(|one| (one.text.clone(), one));
                let of_parts = section.parts.iter().flat_map(|part| {
                    part.statements.iter().map(move |one| (words_with_label(part, one), one))
                });
                for (text, Statement { spans, .. }) in own.chain(of_parts) {
                    let (spans, figures) = (spans.clone(), Vec::new());
                    self.add_passage(None, TakenLine { text, spans, figures });
                }
            }
        }
        self.add_passage(new_heading, TakenLine { text: heading, spans, figures: Vec::new() });
        Some(())
    }
}

impl TakenLine {
    /// A statement; its id is given once all edits are applied.
    fn into_statement(self, kind: StatementKind) -> Statement {
        let Self { text, spans, figures } = self;
        Statement { id: String::new(), kind, text, spans, figures }
    }
}

/// The list of a kind that a section has one list for.
fn own_list(kind: StatementKind) -> Option<PartPlace> {
    match kind {
        StatementKind::Cause => Some(PartPlace::Causes),
        StatementKind::Action => Some(PartPlace::Actions),
        _ => None,
    }
}

/// Gives the statements of a part that forbids its label, before they leave it.
fn with_their_label(part: &mut SectionPart) {
    let Some(label) = forbidding_label(part).map(str::to_owned) else { return };
    for statement in &mut part.statements {
        statement.text = labelled(&label, &statement.text);
    }
}

/// Inserts a statement into the list of its kind, in printed order; into a new part without a label
/// where the section has none of the kind, or only such that forbid what stands in them.
fn insert(section: &mut Section, statement: Statement) {
    let kind = statement.kind;
    let list = match own_list(kind) {
        Some(PartPlace::Causes) => &mut section.causes,
        Some(_) => &mut section.actions,
        None => match section
            .parts
            .iter()
            .position(|part| part.kind == kind && forbidding_label(part).is_none())
        {
            Some(at) => match section.parts.get_mut(at) {
                Some(part) => &mut part.statements,
                None => return,
            },
            None => {
                let (label, page) = (String::new(), statement.page());
                let statements = vec![statement];
                return section.parts.push(SectionPart { label, kind, page, statements });
            }
        },
    };
    let Some(span) = statement.spans.first().copied() else { return list.push(statement) };
    let at = list.iter().position(|other| is_after(other, &span)).unwrap_or(list.len());
    list.insert(at, statement);
}

/// The index of a line in a list, where it stands in that one.
fn index_in(place: LinePlace, list: PartPlace) -> Option<usize> {
    match place {
        LinePlace::Statement { part, index, .. } if part == list => Some(index),
        _ => None,
    }
}

/// Takes the statements that follow a line at `span`, which stood at `from` of this list or in none
/// of its places. What stood beside it in the list goes by the list: pieces of one printed line have
/// one position, and a file without pages gives none within its lines.
fn take_following(
    list: &mut Vec<Statement>,
    span: &LineSpan,
    from: Option<usize>,
) -> Vec<Statement> {
    if let Some(from) = from {
        return list.split_off(from.min(list.len()));
    }
    let (after, before) = std::mem::take(list).into_iter().partition(|one| is_after(one, span));
    *list = before;
    after
}

/// Whether a statement begins after `span`.
fn is_after(statement: &Statement, span: &LineSpan) -> bool {
    statement.spans.first().is_some_and(|first| is_before(span, first))
}

/// Whether `first` is printed before `second`. Columns of text count as one below the other where
/// their lines do.
fn is_before(first: &LineSpan, second: &LineSpan) -> bool {
    let order = |span: &LineSpan| (span.page, span.rect.y, span.rect.x);
    order(first) < order(second)
}
