//! One rule for input methods, for every field: keys of a composition are the input method's.

use egui::{Context, Event, ImeEvent, Key, RawInput};

/// Keeps from fields and shortcuts what belongs to a composition: control characters, which some input
/// methods pass on as text, and the keys that end a composition, which are no commands at the same time.
#[derive(Debug, Default)]
pub(crate) struct CompositionRule {
    is_composing: bool,
}

impl egui::Plugin for CompositionRule {
    fn debug_name(&self) -> &'static str {
        "composition"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        self.filter(&mut input.events);
    }
}

impl CompositionRule {
    fn filter(&mut self, events: &mut Vec<Event>) {
        let was_composing = self.is_composing;
        let mut composed = was_composing;
        for event in events.iter() {
            if let Event::Ime(event) = event {
                let now = matches!(event, ImeEvent::Preedit { text, .. } if !text.is_empty());
                composed |= now || matches!(event, ImeEvent::Commit(_));
                self.is_composing = now;
            }
        }
        events.retain_mut(|event| match event {
            Event::Text(text) => {
                let had_text = !text.is_empty();
                remove_controls(text);
                !had_text || !text.is_empty()
            }
            Event::Ime(ImeEvent::Commit(text) | ImeEvent::Preedit { text, .. }) => {
                remove_controls(text);
                // Also where nothing is left: it ends the composition.
                true
            }
            Event::Key { key, modifiers, pressed: true, .. } if composed => {
                *key != Key::Escape && !modifiers.command && !modifiers.ctrl
            }
            _ => true,
        });
    }
}

/// Removes control characters but line breaks and tabulators, which a field may know.
fn remove_controls(text: &mut String) {
    text.retain(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::*;

    fn preedit(text: &str) -> Event {
        Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None })
    }

    fn commit(text: &str) -> Event {
        Event::Ime(ImeEvent::Commit(text.to_owned()))
    }

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn keys_and_control_characters_of_a_composition_are_nobodys() {
        let escape = || key(Key::Escape, Modifiers::NONE);
        let all = || key(Key::A, Modifiers::COMMAND);
        let enter = || key(Key::Enter, Modifiers::NONE);
        let text = |text: &str| Event::Text(text.to_owned());
        // The events of a frame, and what is left of them, one frame after the other.
        let frames = [
            (vec![escape(), all()], vec![escape(), all()]),
            (vec![preedit("ㄱ")], vec![preedit("ㄱ")]),
            (vec![all(), text("\u{1}")], vec![]),
            // The key that ends it.
            (
                vec![preedit(""), commit("가"), escape(), text("\u{1b}")],
                vec![preedit(""), commit("가")],
            ),
            (vec![preedit("나")], vec![preedit("나")]),
            (vec![commit("나\u{b}"), enter()], vec![commit("나"), enter()]),
            (vec![all()], vec![all()]),
            (vec![text("\u{b}"), text("b")], vec![text("b")]),
        ];
        let mut rule = CompositionRule::default();
        for (number, (mut events, expected)) in frames.into_iter().enumerate() {
            rule.filter(&mut events);
            assert_eq!(events, expected, "frame {number}");
        }
    }
}
