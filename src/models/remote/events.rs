//! Server-sent events (WHATWG HTML, 9.2) in the subset of OpenAI's protocol: lines `data: …` with
//! one JSON object each, and `data: [DONE]` at the end.

use serde::Deserialize;

use super::excerpt::excerpt;

/// Maximum length of a line in bytes; an event has one or a few tokens.
const MAX_LINE_BYTES: usize = 1 << 20;

/// Content of an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Next piece of the answer.
    pub(super) text: String,
    /// Reason of the end of the answer: `stop`, `length`, or another word.
    pub(super) finish: Option<String>,
    /// Tokens of prompt and answer, as the server counts.
    pub(super) tokens: Option<(usize, usize)>,
    /// The server says that it is done.
    pub(super) is_done: bool,
}

/// Incremental parser of events.
#[derive(Debug, Default)]
pub(super) struct EventParser {
    /// Bytes of the line that is not complete yet.
    line: Vec<u8>,
}

impl EventParser {
    /// Adds bytes; returns the events whose lines are complete.
    ///
    /// # Errors
    /// A line that is too long or no event of the protocol, as a sentence.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            if self.line.len() + piece.len() > MAX_LINE_BYTES {
                return Err(format!("a line of more than {MAX_LINE_BYTES} bytes"));
            }
            self.line.extend_from_slice(piece);
            if pieces.peek().is_some() {
                events.extend(parse_line(&std::mem::take(&mut self.line))?);
            }
        }
        Ok(events)
    }
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: usize,
    #[serde(default)]
    completion_tokens: usize,
}

/// Parses a complete line; `None` for an empty line, a comment, or another field.
fn parse_line(line: &[u8]) -> Result<Option<Event>, String> {
    // The line is complete: an incomplete character is an error of the server.
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r');
    let Some(data) = line.strip_prefix("data:") else {
        return match line.chars().next() {
            Some('{' | '<') => Err(format!("no stream of events but: {}", excerpt(line))),
            _ => Ok(None),
        };
    };
    let data = data.trim();
    if data == "[DONE]" {
        return Ok(Some(Event { is_done: true, ..Event::default() }));
    }
    let data: Data =
        serde_json::from_str(data).map_err(|error| format!("{error}: {}", excerpt(data)))?;
    if let Some(error) = data.error {
        return Err(excerpt(&error.to_string()));
    }
    let mut event = Event {
        tokens: data.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)),
        ..Event::default()
    };
    for choice in data.choices {
        event.text += &choice.delta.and_then(|delta| delta.content).unwrap_or_default();
        event.finish = event.finish.or(choice.finish_reason);
    }
    Ok(Some(event))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = ": a comment\r\n\r\n\
        data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"기공\"}}]}\r\n\r\n\
        event: other\n\
        data:{\"choices\":[{\"delta\":{\"content\":\"은\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n\
        data: [DONE]\n\n";

    fn read(cut: usize) -> (String, Vec<Event>) {
        let mut events = EventParser::default();
        let mut all = Vec::new();
        for bytes in STREAM.as_bytes().chunks(cut) {
            all.extend(events.push(bytes).unwrap());
        }
        (all.iter().map(|event| event.text.as_str()).collect(), all)
    }

    #[test]
    fn a_stream_is_parsed_for_any_split_into_chunks() {
        for cut in [1, 2, 3, 5, 7, 64, 10_000] {
            let (text, events) = read(cut);
            assert_eq!(text, "기공은", "cut {cut}");
            assert_eq!(events.iter().find_map(|e| e.finish.as_deref()), Some("stop"));
            assert_eq!(events.iter().find_map(|e| e.tokens), Some((7, 2)));
            assert!(events.last().unwrap().is_done);
        }
    }

    #[test]
    fn lines_that_are_no_events_are_errors() {
        for (bytes, says) in [
            ("data: {\"choices\":[\n", "EOF"),
            ("data: nonsense\n", "nonsense"),
            ("data: {\"error\":{\"message\":\"out of memory\"}}\n", "out of memory"),
            ("<html>\n", "<html>"),
            ("{\"choices\":[]}\n", "no stream"),
        ] {
            let error = EventParser::default().push(bytes.as_bytes()).unwrap_err();
            assert!(error.contains(says), "{bytes}: {error}");
        }
        let mut events = EventParser::default();
        let piece = vec![b'x'; MAX_LINE_BYTES / 2];
        assert!(events.push(&piece).is_ok());
        assert!(events.push(&piece).is_ok());
        assert!(events.push(b"x").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_events_or_an_error(
            at in 0..STREAM.len(), byte in any::<u8>(), cut in 1_usize..40,
        ) {
            let mut bytes = STREAM.as_bytes().to_vec();
            bytes[at] = byte;
            let mut events = EventParser::default();
            for piece in bytes.chunks(cut) {
                if events.push(piece).is_err() {
                    break;
                }
            }
        }
    }
}
