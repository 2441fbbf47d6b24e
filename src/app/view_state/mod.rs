//! The state of the window that survives a restart.

mod comparison_mode;
mod heatmap_style;
mod inspector_place;
mod recent_folders;

use serde::{Deserialize, Serialize};

use super::command::TabId;
use fettle_domain::ProductCode;

pub(super) use comparison_mode::ComparisonMode;
pub(super) use heatmap_style::{Colormap, HeatmapStyle, OverlayMode};
pub(super) use inspector_place::InspectorPlace;
pub(super) use recent_folders::RecentFolders;

/// Tab, panels and choices of the window; stored by eframe beside the window's size and position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ViewState {
    /// The tab shown.
    pub(super) tab: TabId,
    pub(super) theme: egui::ThemePreference,
    /// Whether the jobs panel is open.
    pub(super) jobs: bool,
    /// Whether the log panel is open.
    pub(super) log: bool,
    /// The inspector's view over the whole screen rather than all tabs.
    pub(super) operator: bool,
    /// Whether the inspector's view has a window of its own beside this one.
    pub(super) inspector_window: bool,
    /// Where that window stands, or stood last.
    pub(super) inspector_place: InspectorPlace,
    /// The folders whose pictures were inspected last.
    pub(super) recent_folders: RecentFolders,
    /// Whether a judgement goes on to the next part.
    pub(super) goes_on: bool,
    /// Whether the strip of parts shows those first that nobody has judged.
    pub(super) unjudged_first: bool,
    /// Whether the tab that inspects shows the findings at the left of the part.
    pub(super) findings: bool,
    /// Whether the tab that inspects shows the report at the right of the part.
    pub(super) report: bool,
    /// Whether past inspections are shown as a gallery rather than as a table.
    pub(super) history_gallery: bool,
    /// Side of the gallery's pictures, in points.
    pub(super) gallery_side: f32,
    /// The product that parts are inspected as; `None`: the product that the neighbours vote for.
    pub(super) product: Option<ProductCode>,
    /// The product whose bank the anomaly tab shows; `None`: the first.
    pub(super) bank_product: Option<ProductCode>,
    /// Whether the language model writes the reports.
    pub(super) with_llm: bool,
    /// How a part is compared with a normal one.
    pub(super) comparison: ComparisonMode,
    /// How anomaly maps are drawn. Stored as `look`, the name of older versions.
    #[serde(rename = "look")]
    pub(super) heatmap_style: HeatmapStyle,
}

impl Default for ViewState {
    fn default() -> Self {
        Self {
            tab: TabId::Inspect,
            theme: egui::ThemePreference::System,
            jobs: false,
            log: false,
            operator: false,
            inspector_window: false,
            inspector_place: InspectorPlace::default(),
            recent_folders: RecentFolders::default(),
            goes_on: true,
            unjudged_first: false,
            findings: true,
            report: true,
            history_gallery: false,
            gallery_side: 168.0,
            product: None,
            bank_product: None,
            with_llm: true,
            comparison: ComparisonMode::default(),
            heatmap_style: HeatmapStyle::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// eframe's storage with one value in it.
    struct Stored(String);

    impl eframe::Storage for Stored {
        fn get_string(&self, _key: &str) -> Option<String> {
            Some(self.0.clone())
        }

        fn set_string(&mut self, _key: &str, value: String) {
            self.0 = value;
        }

        fn remove_string(&mut self, _key: &str) {}

        fn flush(&mut self) {}
    }

    #[test]
    fn a_view_stored_by_an_older_version_is_read() {
        let stored = r#"(tab:history,theme:Dark,jobs:true,log:false,operator:false,
            product:Some("casting"),bank_product:None,with_llm:false,comparison:swipe,
            look:(paint:mask,colormap:viridis,opacity:0.5,gamma:2.0,outline:false,regions:true))"#;
        let expected = ViewState {
            tab: TabId::History,
            theme: egui::ThemePreference::Dark,
            jobs: true,
            product: Some("casting".parse().unwrap()),
            with_llm: false,
            comparison: ComparisonMode::Swipe,
            heatmap_style: HeatmapStyle {
                overlay: OverlayMode::Mask,
                colormap: Colormap::Viridis,
                opacity: 0.5,
                gamma: 2.0,
                outline: false,
                regions: true,
            },
            ..ViewState::default()
        };
        let mut storage = Stored(stored.to_owned());
        assert_eq!(eframe::get_value(&storage, "view"), Some(expected.clone()));
        eframe::set_value(&mut storage, "view", &expected);
        assert!(storage.0.contains("look:(paint:mask"), "{}", storage.0);
    }
}
