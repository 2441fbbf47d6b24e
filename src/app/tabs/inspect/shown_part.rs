//! The part that the tab shows.

use crate::widgets::part_view::PartView;
use fettle_domain::Inspection;
use fettle_engine::Inspected;

/// An inspection and the view of its pictures.
pub(super) struct ShownPart {
    pub(super) inspection: Inspection,
    pub(super) view: PartView,
}

impl ShownPart {
    pub(super) fn new(inspected: Inspected) -> Self {
        let Inspected { inspection, picture, map, pictures, .. } = inspected;
        let view = PartView::new(picture, map, pictures.as_deref(), inspection.anomaly.done());
        Self { inspection, view }
    }
}
