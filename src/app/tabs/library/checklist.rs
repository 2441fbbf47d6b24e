//! What a product still needs, as a list of steps of which the next one is marked.

use egui::{RichText, Ui};

use crate::product_state::ProductState;
use crate::tab_context::TabContext;
use fettle_engine::{IndexState, ProductSummary};

/// A step towards a product that can be inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetupStep {
    /// Normal images are registered.
    Images,
    /// A memory bank is fitted on them.
    Bank,
    /// A defect type is registered.
    DefectTypes,
    /// A manual is registered.
    Manual,
    /// Images of defects are registered.
    DefectImages,
    /// The index holds them.
    Index,
}

impl SetupStep {
    const ALL: [Self; 6] = [
        Self::Images,
        Self::Bank,
        Self::Manual,
        Self::DefectTypes,
        Self::DefectImages,
        Self::Index,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Images => "setup-images",
            Self::Bank => "label-bank",
            Self::DefectTypes => "setup-defect-types",
            Self::Manual => "label-manual",
            Self::DefectImages => "setup-defect-images",
            Self::Index => "library-index",
        }
    }
}

/// Which steps are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Checklist([bool; 6]);

impl Checklist {
    /// The steps of a product. `index`: the index of known defects; `None` where there is none, or it is
    /// not known yet.
    pub(super) fn of(
        state: ProductState,
        summary: &ProductSummary,
        index: Option<&IndexState>,
    ) -> Self {
        let defect_images: usize = summary.defects.iter().map(|(_, count)| count).sum();
        Self([
            !matches!(state, ProductState::NeedsImages { .. }),
            state == ProductState::Ready,
            !summary.manuals.is_empty(),
            !summary.defects.is_empty(),
            defect_images > 0,
            index.is_some_and(|index| index.behind == 0),
        ])
    }

    /// The first step that is not done; `None` where the product is ready.
    pub(super) fn next(self) -> Option<SetupStep> {
        let steps = SetupStep::ALL.into_iter().zip(self.0);
        steps.into_iter().find(|(_, is_done)| !is_done).map(|(step, _)| step)
    }

    /// Shows the steps with their signs.
    pub(super) fn show(self, ui: &mut Ui, cx: &TabContext<'_>) {
        let next = self.next();
        ui.horizontal_wrapped(|ui| {
            for (step, is_done) in SetupStep::ALL.into_iter().zip(self.0) {
                let name = cx.text(step.label());
                let (sign, id) = match is_done {
                    true => ("✔", "setup-done"),
                    false if next == Some(step) => ("▶", "setup-next"),
                    false => ("○", "setup-open"),
                };
                let text = RichText::new(format!("{sign} {name}"));
                let text = if next == Some(step) { text.strong() } else { text };
                let spoken = cx.localizer.with(id, &[("step", name.into())]);
                ui.label(text).on_hover_text(spoken);
            }
            if next.is_none() {
                ui.strong(cx.text("state-ready"));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_the_first_that_is_not_done() {
        for (done, expected) in [
            ([false; 6], Some(SetupStep::Images)),
            ([true, false, true, true, true, true], Some(SetupStep::Bank)),
            ([true, true, false, false, false, false], Some(SetupStep::Manual)),
            ([true, true, true, false, false, false], Some(SetupStep::DefectTypes)),
            ([true, true, true, true, false, true], Some(SetupStep::DefectImages)),
            ([true, true, true, true, true, false], Some(SetupStep::Index)),
            ([true; 6], None),
        ] {
            assert_eq!(Checklist(done).next(), expected, "{done:?}");
        }
    }
}
