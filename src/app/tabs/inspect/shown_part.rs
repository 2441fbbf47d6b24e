//! The part that the tab shows.

use std::path::PathBuf;

use crate::widgets::part_view::PartView;
use fettle_domain::{Inspection, Judgement};
use fettle_engine::Inspected;

/// An inspection and the view of its pictures. It stays until the next part is inspected.
pub(super) struct ShownPart {
    /// The image file.
    pub(super) image: PathBuf,
    pub(super) inspection: Inspection,
    /// What a person said of the part.
    pub(super) judgement: Option<Judgement>,
    /// Whether this is the record of an earlier inspection.
    pub(super) recorded_before: bool,
    pub(super) view: PartView,
    /// The step at which a person stopped the inspection.
    pub(super) stopped_at: Option<&'static str>,
}

impl ShownPart {
    pub(super) fn new(image: PathBuf, inspected: Inspected) -> Self {
        let Inspected { inspection, picture, map, pictures, judgement, recorded_before, .. } =
            inspected;
        let view = PartView::new(picture, map, pictures.as_deref(), inspection.anomaly.done());
        Self { image, inspection, judgement, recorded_before, view, stopped_at: None }
    }
}
