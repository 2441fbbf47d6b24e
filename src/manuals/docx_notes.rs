//! Comments, footnotes and endnotes of a Word document.

use std::collections::HashMap;

use super::docx_runs::{is_of_paragraph, push_run_text};
use super::error::Result;
use super::package::{LocalName, Package, descend};
use roxmltree::Node;

/// A part of the file with notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    Comment,
    Footnote,
    Endnote,
}

impl NoteKind {
    const ALL: [Self; 3] = [Self::Comment, Self::Footnote, Self::Endnote];

    /// Names of the part, of a note in it, and of what refers to the note.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Comment => ("comments", "comment", "commentReference"),
            Self::Footnote => ("footnotes", "footnote", "footnoteReference"),
            Self::Endnote => ("endnotes", "endnote", "endnoteReference"),
        }
    }
}

/// What refers to a note.
pub(super) struct Reference {
    pub(super) kind: NoteKind,
    pub(super) id: String,
    /// Number of the paragraph, from 1.
    pub(super) paragraph: u32,
}

/// The notes that a paragraph refers to, by their ids.
pub(super) fn references_of(paragraph: Node<'_, '_>) -> Vec<(NoteKind, String)> {
    let mut out = Vec::new();
    for node in descend(paragraph, is_of_paragraph).filter(Node::is_element) {
        let name = node.tag_name().name();
        let kind = NoteKind::ALL.into_iter().find(|kind| kind.names().2 == name);
        out.extend(kind.zip(node.local_attribute("id").map(str::to_owned)));
    }
    out
}

/// The notes of a kind, each with the number of the paragraph that refers to it; 1 where none does.
pub(super) fn read_notes(
    package: &mut Package<'_>,
    folder: &str,
    kind: NoteKind,
    references: &[Reference],
) -> Result<Vec<(u32, String)>> {
    let (part, name, _) = kind.names();
    let Some(text) = package.read(&format!("{folder}/{part}.xml"))? else { return Ok(Vec::new()) };
    let notes = package.parse(&text)?;
    let places: HashMap<&str, u32> = references
        .iter()
        .filter(|reference| reference.kind == kind)
        .map(|reference| (reference.id.as_str(), reference.paragraph))
        .collect();
    let is_outside = |node: Node<'_, '_>| !node.has_local_name(name);
    let mut out = Vec::new();
    for note in descend(notes.root_element(), is_outside).filter(|node| node.has_local_name(name)) {
        let mut text = String::new();
        let is_kept = |node: Node<'_, '_>| !["del", "moveFrom"].contains(&node.tag_name().name());
        for run in descend(note, is_kept).filter(|node| node.has_local_name("r")) {
            push_run_text(run, &mut text);
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let id = note.local_attribute("id").unwrap_or_default();
        if text.chars().any(char::is_alphanumeric) {
            out.push((places.get(id).copied().unwrap_or(1), text));
        }
    }
    Ok(out)
}
