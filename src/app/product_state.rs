//! The state of a product, the same wherever it is shown.

use super::tab_context::TabContext;
use fettle_domain::ProductCode;
use fettle_engine::{BankReadiness, ProductSummary};

/// Normal images that a fit needs at least.
pub(crate) const FEWEST_NORMALS: usize = 3;

/// What a product needs next before its parts can be inspected, or that it needs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProductState {
    /// There are too few normal images for a bank.
    NeedsImages {
        /// The images that are still missing.
        missing: usize,
    },
    /// A bank is being fitted.
    Fitting,
    /// There is no bank yet.
    NeedsBank,
    /// The bank is out of date: normal images came since, or the area is another one.
    NeedsRefit {
        /// Normal images that it was not fitted on.
        unseen_images: usize,
        /// Whether the inspection area changed.
        area_changed: bool,
    },
    /// The bank's file cannot be read.
    BankUnreadable,
    /// Parts can be inspected.
    Ready,
}

impl ProductState {
    /// The state of a listed product.
    pub(crate) fn of(cx: &TabContext<'_>, summary: &ProductSummary) -> Self {
        let is_fitting = cx.fits.of(&summary.product.code).is_some();
        Self::from_facts(is_fitting, summary.bank, summary.normal_images)
    }

    /// The state of a product; `None` while it is not listed.
    pub(crate) fn of_code(cx: &TabContext<'_>, product: &ProductCode) -> Option<Self> {
        cx.catalogue.product(product).map(|summary| Self::of(cx, summary))
    }

    fn from_facts(is_fitting: bool, bank: BankReadiness, normals: usize) -> Self {
        if is_fitting {
            return Self::Fitting;
        }
        match bank {
            BankReadiness::Ready => Self::Ready,
            BankReadiness::Outdated { unseen_images, area_changed } => {
                Self::NeedsRefit { unseen_images, area_changed }
            }
            BankReadiness::Unreadable => Self::BankUnreadable,
            BankReadiness::None if normals < FEWEST_NORMALS => {
                Self::NeedsImages { missing: FEWEST_NORMALS - normals }
            }
            BankReadiness::None => Self::NeedsBank,
        }
    }

    /// Whether a fit can be started now.
    pub(crate) fn can_fit(self) -> bool {
        !matches!(self, Self::Fitting | Self::NeedsImages { .. })
    }

    /// The state in words.
    pub(crate) fn text(self, cx: &TabContext<'_>) -> String {
        match self {
            Self::NeedsImages { missing } => {
                cx.localizer.with("state-needs-images", &[("count", missing.into())])
            }
            Self::Fitting => cx.text("state-fitting"),
            Self::NeedsBank => cx.text("state-needs-bank"),
            Self::NeedsRefit { unseen_images: 0, .. } => cx.text("state-refit-area"),
            Self::NeedsRefit { unseen_images, .. } => {
                cx.localizer.with("state-refit-images", &[("count", unseen_images.into())])
            }
            Self::BankUnreadable => cx.text("state-unreadable"),
            Self::Ready => cx.text("state-ready"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_state_follows_from_fit_bank_and_images() {
        let outdated = BankReadiness::Outdated { unseen_images: 2, area_changed: false };
        let refit = ProductState::NeedsRefit { unseen_images: 2, area_changed: false };
        // Fit under way, bank, normal images, state, whether a fit can be started.
        for (is_fitting, bank, normals, expected, can_fit) in [
            (false, BankReadiness::None, 0, ProductState::NeedsImages { missing: 3 }, false),
            (false, BankReadiness::None, 2, ProductState::NeedsImages { missing: 1 }, false),
            (false, BankReadiness::None, 3, ProductState::NeedsBank, true),
            (true, BankReadiness::None, 3, ProductState::Fitting, false),
            (true, BankReadiness::Ready, 9, ProductState::Fitting, false),
            (false, BankReadiness::Ready, 9, ProductState::Ready, true),
            (false, outdated, 9, refit, true),
            (false, BankReadiness::Unreadable, 9, ProductState::BankUnreadable, true),
        ] {
            let state = ProductState::from_facts(is_fitting, bank, normals);
            assert_eq!((state, state.can_fit()), (expected, can_fit), "{bank:?} {normals}");
        }
    }
}
