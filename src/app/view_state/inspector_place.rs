//! Where the inspector's view stands in its own window.

use serde::{Deserialize, Serialize};

/// Place and size of a window, kept over restarts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct InspectorPlace {
    /// Its upper left corner, in points over all screens; `None` where it was never open, or where the
    /// system does not tell.
    pub(crate) position: Option<[f32; 2]>,
    /// Its size while it does not fill the screen, in points.
    pub(crate) size: [f32; 2],
    /// Whether it fills its screen.
    pub(crate) full_screen: bool,
}

impl Default for InspectorPlace {
    fn default() -> Self {
        Self { position: None, size: [1200.0, 800.0], full_screen: false }
    }
}
