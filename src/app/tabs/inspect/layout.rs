//! How the tab divides its room: the picture first, panels beside it only where it stays large.

use egui::Vec2;

/// Width from which findings and report stand beside the picture, in points.
const USUAL_WIDTH: f32 = 1180.0;
/// Width from which the last folders have a button of their own, in points.
const RECENT_WIDTH: f32 = 1400.0;
/// Height from which the strip has thumbnails, in points.
const THUMBNAILS_HEIGHT: f32 = 620.0;
/// Height from which there is a strip at all, in points.
const STRIP_HEIGHT: f32 = 330.0;
/// Size from which the banner has two rows, in points.
const TALL_BANNER: Vec2 = Vec2::new(760.0, 600.0);

/// The division of the tab.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    /// Width of the findings at the left, in points.
    pub(super) findings: f32,
    /// Width of the report at the right, in points.
    pub(super) report: f32,
    /// Whether there is room for one panel at a time only, which then covers the picture's side.
    pub(super) is_narrow: bool,
    /// Whether the last folders have a button of their own, and no place in the menu of what is rare.
    pub(super) has_recent: bool,
    /// Whether the banner has a second row, with buttons.
    pub(super) has_tall_banner: bool,
    pub(super) has_strip: bool,
    pub(super) has_thumbnails: bool,
}

impl Layout {
    /// The layout of a tab of `size` points. Beside both panels the picture has 60 % of the width and
    /// more; wide windows give the panels what reads well, and the rest to the picture.
    pub(super) fn of(size: Vec2) -> Self {
        let is_narrow = size.x < USUAL_WIDTH;
        let (findings, report) = match is_narrow {
            true => (240.0, 300.0),
            false => ((size.x * 0.16).min(300.0), (size.x * 0.205).min(420.0)),
        };
        Self {
            findings: findings.min(size.x * 0.45),
            report: report.min(size.x * 0.45),
            is_narrow,
            has_recent: size.x >= RECENT_WIDTH,
            has_tall_banner: size.x >= TALL_BANNER.x && size.y >= TALL_BANNER.y,
            has_strip: size.y >= STRIP_HEIGHT,
            has_thumbnails: size.y >= THUMBNAILS_HEIGHT,
        }
    }
}

/// A panel beside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Findings,
    Report,
}

impl Side {
    /// The id of the panel's name.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Findings => "inspect-findings",
            Self::Report => "step-report",
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    #[test]
    fn panels_leave_the_picture_most_of_the_width() {
        for width in [1180.0, 1280.0, 1440.0, 1920.0, 2560.0, 3840.0] {
            let layout = Layout::of(vec2(width, 900.0));
            let left = width - layout.findings - layout.report;
            assert!(!layout.is_narrow && left / width >= 0.63, "{width}: {left}");
        }
        for width in [320.0, 480.0, 720.0, 960.0, 1024.0] {
            let layout = Layout::of(vec2(width, 500.0));
            assert!(layout.is_narrow);
            assert!(layout.report <= 0.45 * width && layout.findings <= 0.45 * width);
        }
    }
}
