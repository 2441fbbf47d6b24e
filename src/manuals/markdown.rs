//! Markdown (CommonMark with tables) → lines, by way of HTML.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use fettle_domain::ManualFormat;

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::html::{lines_of_html, pictures_of_text};
use super::html_pictures::HtmlPictures;
use super::label_forms::sub_heading;
use super::text_file::decode;

/// The lines of a Markdown file. `path` is for messages only.
pub(super) fn parse_markdown(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    lines_of_html(path, &page_of(path, bytes)?, ManualFormat::Markdown)
}

/// The pictures of a Markdown file. `path` is for messages only.
pub(super) fn pictures_of_markdown(path: &Path, bytes: &[u8]) -> Result<HtmlPictures> {
    pictures_of_text(path, &page_of(path, bytes)?)
}

/// A Markdown file as a page of HTML.
fn page_of(path: &Path, bytes: &[u8]) -> Result<String> {
    let text = decode(bytes).ok_or_else(|| ManualsError::damaged(path, ManualDamage::Encoding))?;
    let text = without_front_matter(&text);
    if text.lines().any(is_nested_too_deep) {
        return Err(ManualsError::damaged(path, ManualDamage::TooDeep));
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH;
    let parsed = Parser::new_ext(text, options).into_offset_iter();
    let mut events: Vec<Event<'_>> = parsed
        .map(|(event, place)| {
            let is_struck = text.get(place).is_some_and(|source| source.starts_with("~~"));
            if is_struck { event } else { with_tildes(event) }
        })
        .collect();
    keep_breaks_at_labels(&mut events);
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    Ok(page)
}

/// Whether a line stands in more quotations and lists than anybody writes: each costs a look at every
/// line.
fn is_nested_too_deep(line: &str) -> bool {
    const MOST: usize = 60;
    let marks = line.chars().take_while(|c| c.is_whitespace() || ">-*+".contains(*c));
    marks.filter(|c| !c.is_whitespace()).count() > MOST && line.chars().any(char::is_alphanumeric)
}

/// Two single tildes strike nothing out: they are ranges, `680~700 ℃ … 10~20 s`.
fn with_tildes(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Strikethrough) | Event::End(TagEnd::Strikethrough) => {
            Event::Text("~".into())
        }
        event => event,
    }
}

/// The text without the block of properties between two lines `---` at its start.
fn without_front_matter(text: &str) -> &str {
    let body = text.trim_start_matches('\u{FEFF}');
    let inner = body.strip_prefix("---\n").or_else(|| body.strip_prefix("---\r\n"));
    inner.and_then(|inner| inner.split_once("\n---")).map_or(body, |(_, rest)| rest)
}

/// Keeps line breaks in front of and behind labels: people write `원인: …` on lines of their own, which
/// Markdown would join.
fn keep_breaks_at_labels(events: &mut [Event<'_>]) {
    let ends = |event: &Event<'_>| match event {
        Event::SoftBreak | Event::HardBreak => true,
        Event::Start(tag) => !is_inline(&tag.to_end()),
        Event::End(tag) => !is_inline(tag),
        _ => false,
    };
    let breaks: Vec<usize> =
        (0..events.len()).filter(|at| matches!(events.get(*at), Some(Event::SoftBreak))).collect();
    for at in breaks {
        let (before, after) = events.split_at(at);
        let text = |events: &mut dyn Iterator<Item = &Event<'_>>| -> Vec<String> {
            events
                .take_while(|event| !ends(event))
                .filter_map(|event| match event {
                    Event::Text(text) | Event::Code(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect()
        };
        let mut above = text(&mut before.iter().rev());
        above.reverse();
        let below = text(&mut after.iter().skip(1));
        let is_label = |words: Vec<String>| sub_heading(words.concat().trim()).is_some();
        if (is_label(above) || is_label(below))
            && let Some(event) = events.get_mut(at)
        {
            *event = Event::HardBreak;
        }
    }
}

/// Whether an element stands within a line.
fn is_inline(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link)
}
