//! Contents of a paste.

use std::sync::Arc;

use egui::ColorImage;

/// What is pasted into the window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Clip {
    /// The contents of the system's clipboard, whatever they are.
    Clipboard,
    /// A text that may name files; where it names none, the contents of the system's clipboard.
    Text(String),
    /// A picture.
    Picture(Arc<ColorImage>),
}
