//! The embedded fonts: Latin and all Hangul syllables. License: `assets/fonts/OFL.txt`.

/// The regular font of plots and print.
pub const GOTHIC: &[u8] = include_bytes!("../../assets/fonts/FettleGothic-Regular.ttf");
/// The bold font of print and window.
pub const GOTHIC_BOLD: &[u8] = include_bytes!("../../assets/fonts/FettleGothic-Bold.ttf");
