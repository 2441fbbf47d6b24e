//! Where the inspector's own window is opened.

use egui::{Pos2, Rect, Vec2, ViewportBuilder, pos2, vec2};

use crate::view_state::InspectorPlace;

/// Least size of the window, in points.
const LEAST_SIZE: Vec2 = vec2(480.0, 320.0);

/// Where the window is opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Opening {
    position: Option<Pos2>,
    size: Vec2,
    /// The screen that the window fills, by its index.
    filled: Option<usize>,
}

impl Opening {
    /// Where it was last, if that screen is still there; else over another screen than that of the
    /// main window; else beside it on the only screen.
    pub(super) fn of(place: InspectorPlace, screens: &[Rect], own: Option<usize>) -> Self {
        let size = vec2(place.size[0], place.size[1]).max(LEAST_SIZE);
        let last = place.position.map(|[x, y]| pos2(x, y));
        // A window that fills a screen begins at its corner, or beyond it where it has a frame.
        let is_on = |at: Pos2, screen: &Rect| screen.expand(16.0).contains(at);
        let last_screen = last.and_then(|at| screens.iter().position(|screen| is_on(at, screen)));
        let other = (0..screens.len()).find(|screen| own.is_some_and(|own| own != *screen));
        match (last, last_screen) {
            (Some(_), Some(screen)) if place.full_screen => {
                Self { position: last, size, filled: Some(screen) }
            }
            (Some(_), Some(_)) => Self { position: last, size, filled: None },
            // The system does not say which screens there are.
            (Some(_), None) if screens.is_empty() => Self { position: last, size, filled: None },
            (Some(_) | None, None) => {
                let corner = other.and_then(|screen| screens.get(screen)).map(|screen| screen.min);
                Self { position: corner, size, filled: other }
            }
            (None, Some(_)) => Self { position: None, size, filled: None },
        }
    }

    /// The window as the system is asked for it.
    pub(super) fn builder(&self, title: String) -> ViewportBuilder {
        let mut builder = ViewportBuilder::default()
            .with_title(title)
            .with_app_id("fettle")
            .with_inner_size(self.size)
            .with_min_inner_size(LEAST_SIZE)
            .with_clamp_size_to_monitor_size(true);
        if let Some(position) = self.position {
            builder = builder.with_position(position);
        }
        match self.filled {
            Some(screen) => builder.with_monitor(screen),
            None => builder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_opens_where_it_was_or_on_the_other_screen() {
        let first = Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0));
        let second = Rect::from_min_size(pos2(1920.0, 0.0), vec2(2560.0, 1440.0));
        let size = InspectorPlace::default().size;
        let at = |x: f32, y: f32, full_screen: bool| InspectorPlace {
            position: Some([x, y]),
            full_screen,
            size,
        };
        let never = InspectorPlace::default();
        // Where it was, the screens, that of the main window; expected: position, screen filled.
        for (place, screens, own, position, filled) in [
            (never, vec![first, second], Some(0), Some(second.min), Some(1)),
            (never, vec![first, second], Some(1), Some(first.min), Some(0)),
            (never, vec![first], Some(0), None, None),
            (never, vec![], None, None, None),
            (at(2000.0, 90.0, false), vec![first, second], Some(0), Some(pos2(2000.0, 90.0)), None),
            (at(1920.0, 0.0, true), vec![second, first], Some(1), Some(second.min), Some(0)),
            // The second screen was taken away.
            (at(2000.0, 90.0, false), vec![first], Some(0), None, None),
            (at(9000.0, 90.0, true), vec![first, second], Some(0), Some(second.min), Some(1)),
            // The system tells no screens.
            (at(300.0, 90.0, false), vec![], None, Some(pos2(300.0, 90.0)), None),
        ] {
            let found = Opening::of(place, &screens, own);
            assert_eq!((found.position, found.filled), (position, filled), "{place:?} {screens:?}");
        }
        let tiny = Opening::of(InspectorPlace { size: [1.0, 1.0], ..never }, &[], None);
        assert_eq!(tiny.size, LEAST_SIZE);
    }
}
