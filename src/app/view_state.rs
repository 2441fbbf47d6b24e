//! What of the window survives a restart.

use serde::{Deserialize, Serialize};

use super::tabs::TabId;
use super::widgets::comparison::Mode;
use super::widgets::image_view::Look;
use fettle_domain::ProductCode;

/// Kept by eframe beside the window's size and place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ViewState {
    /// The tab shown.
    pub(super) tab: TabId,
    pub(super) theme: egui::ThemePreference,
    /// The jobs panel is open.
    pub(super) jobs: bool,
    /// The log panel is open.
    pub(super) log: bool,
    /// The inspector's view rather than the whole.
    pub(super) operator: bool,
    /// Inspect as this product; `None`: what its neighbours vote for.
    pub(super) product: Option<ProductCode>,
    /// The product whose bank is looked at; `None`: the first.
    pub(super) bank_product: Option<ProductCode>,
    /// Whether the language model words reports.
    pub(super) with_llm: bool,
    /// How a part is compared with a normal one.
    pub(super) comparison: Mode,
    /// How its anomaly map is painted.
    pub(super) look: Look,
}

impl Default for ViewState {
    fn default() -> Self {
        Self {
            tab: TabId::Inspect,
            theme: egui::ThemePreference::System,
            jobs: false,
            log: false,
            operator: false,
            product: None,
            bank_product: None,
            with_llm: true,
            comparison: Mode::default(),
            look: Look::default(),
        }
    }
}
