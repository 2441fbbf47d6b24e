//! Server-sent events (WHATWG HTML, 9.2) as far as OpenAI's protocol uses them: lines
//! `data: …`, one JSON object each, `data: [DONE]` at the end.

use serde::Deserialize;

/// The longest line taken: an event holds a token or some.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// What an event says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// More of the answer.
    pub(super) text: String,
    /// Why the answer ends: `stop`, `length`, or another word.
    pub(super) finish: Option<String>,
    /// Tokens read and written, as the server counts.
    pub(super) tokens: Option<(usize, usize)>,
    /// The server says that it is done.
    pub(super) is_done: bool,
}

/// Bytes to events, wherever they are cut.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
}

impl Events {
    /// Takes bytes, gives the events whose lines they end.
    ///
    /// # Errors
    /// A line that is too long, or that is no event of this protocol: why.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            if self.line.len() + piece.len() > LONGEST_LINE {
                return Err(format!("a line of more than {LONGEST_LINE} bytes"));
            }
            self.line.extend_from_slice(piece);
            if pieces.peek().is_some() {
                events.extend(event(&std::mem::take(&mut self.line))?);
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

/// The event of a whole line; `None` for an empty one, a comment, or another field.
fn event(line: &[u8]) -> Result<Option<Event>, String> {
    // A line is whole, so a character that is not is the server's fault.
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end_matches('\r');
    let Some(data) = line.strip_prefix("data:") else {
        return match line.chars().next() {
            Some('{' | '<') => Err(format!("no stream of events but: {}", beginning(line))),
            _ => Ok(None),
        };
    };
    let data = data.trim();
    if data == "[DONE]" {
        return Ok(Some(Event { is_done: true, ..Event::default() }));
    }
    let data: Data =
        serde_json::from_str(data).map_err(|error| format!("{error}: {}", beginning(data)))?;
    if let Some(error) = data.error {
        return Err(beginning(&error.to_string()));
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

/// As much of `text` as a message shows.
pub(super) fn beginning(text: &str) -> String {
    const SHOWN: usize = 200;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
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
        let mut events = Events::default();
        let mut all = Vec::new();
        for bytes in STREAM.as_bytes().chunks(cut) {
            all.extend(events.push(bytes).unwrap());
        }
        (all.iter().map(|event| event.text.as_str()).collect(), all)
    }

    #[test]
    fn a_stream_is_read_wherever_it_is_cut() {
        for cut in [1, 2, 3, 5, 7, 64, 10_000] {
            let (text, events) = read(cut);
            assert_eq!(text, "기공은", "cut {cut}");
            assert_eq!(events.iter().find_map(|e| e.finish.as_deref()), Some("stop"));
            assert_eq!(events.iter().find_map(|e| e.tokens), Some((7, 2)));
            assert!(events.last().unwrap().is_done);
        }
    }

    #[test]
    fn what_is_no_event_says_why() {
        for (bytes, says) in [
            ("data: {\"choices\":[\n", "EOF"),
            ("data: nonsense\n", "nonsense"),
            ("data: {\"error\":{\"message\":\"out of memory\"}}\n", "out of memory"),
            ("<html>\n", "<html>"),
            ("{\"choices\":[]}\n", "no stream"),
        ] {
            let error = Events::default().push(bytes.as_bytes()).unwrap_err();
            assert!(error.contains(says), "{bytes}: {error}");
        }
        let mut events = Events::default();
        let piece = vec![b'x'; LONGEST_LINE / 2];
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
            let mut events = Events::default();
            for piece in bytes.chunks(cut) {
                if events.push(piece).is_err() {
                    break;
                }
            }
        }
    }
}
