//! The lines of a manual that are marked on its pages.

use fettle_domain::LineSpan;

/// Lines to mark.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// Lines of the selection.
    pub(super) strong: Vec<LineSpan>,
    /// The other lines of the selected section.
    pub(super) faint: Vec<LineSpan>,
}
