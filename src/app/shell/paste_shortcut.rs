//! Ctrl+V, which egui reports in several ways.

use std::sync::Arc;

use egui::{Context, Event, Id, Key};

use crate::command::Clip;

/// For this long after a paste, in seconds, a release of V belongs to that paste.
const RELEASE_S: f64 = 1.0;

/// State of the V key between frames.
#[derive(Debug, Clone, Copy, Default)]
struct KeyV {
    /// A press of the key was seen, its release not yet.
    held: bool,
    /// When the last paste was reported, in egui's time.
    pasted_at: Option<f64>,
}

/// The paste of the last frame. Ctrl+V comes as a text or as a picture. Where the clipboard holds
/// neither (files alone, or nothing), the only event is the release of a V that was never pressed.
pub(super) fn pressed(ctx: &Context) -> Option<Clip> {
    let id = Id::unique("paste_letter");
    let mut key: KeyV = ctx.data(|data| data.get_temp(id)).unwrap_or_default();
    let mut pasted = None;
    ctx.input(|input| {
        for event in &input.events {
            let clip = match event {
                Event::Paste(text) => Clip::Text(text.clone()),
                Event::PasteImage(picture) => Clip::Picture(Arc::clone(picture)),
                Event::Key { key: Key::V, pressed: true, modifiers, .. } => {
                    key.held = true;
                    match modifiers.command {
                        true => Clip::Clipboard,
                        false => continue,
                    }
                }
                Event::Key { key: Key::V, pressed: false, .. } => {
                    let was_pasted = key.pasted_at.is_some_and(|at| input.time - at < RELEASE_S);
                    match std::mem::take(&mut key.held) || was_pasted {
                        true => continue,
                        false => Clip::Clipboard,
                    }
                }
                _ => continue,
            };
            key.pasted_at = Some(input.time);
            pasted.get_or_insert(clip);
        }
    });
    ctx.data_mut(|data| data.insert_temp(id, key));
    pasted
}
