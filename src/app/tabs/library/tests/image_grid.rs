//! The image grid alone, with thousands of images.

use egui::{Key, Modifiers, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tempfile::TempDir;

use crate::bank_fits::BankFits;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::figure_cache::FigureCache;
use crate::localizer::Localizer;
use crate::tab_context::TabContext;
use crate::tabs::library::image_grid::ImageGrid;
use crate::tasks::Tasks;
use crate::tests::stand_in_server::StandInServer;
use crate::tests::test_app::{engine, fonts};
use crate::toasts::Toasts;
use crate::view_state::ViewState;
use fettle_domain::{ContentHash, ImageId, ImageLabel, Language, ProductCode, RegisteredImage};
use fettle_engine::Engine;

/// The grid and what a [`TabContext`] borrows.
struct GridHarness {
    engine: Engine,
    catalogue: Catalogue,
    tasks: Tasks,
    fits: BankFits,
    toasts: Toasts,
    view: ViewState,
    figures: FigureCache,
    commands: Vec<Command>,
    grid: ImageGrid,
    images: Vec<RegisteredImage>,
}

#[test]
fn only_visible_images_of_many_are_drawn() {
    let dir = TempDir::new().unwrap();
    let image = |id: i64| RegisteredImage {
        original_name: None,
        id: ImageId(id),
        product: ProductCode::new("prod1").unwrap(),
        label: ImageLabel::Normal,
        path: format!("data/patchCore/prod1/ok/prod1_ok_{id}.png"),
        content_hash: ContentHash(String::new()),
        width_px: 640,
        height_px: 480,
        region: None,
    };
    let state = GridHarness {
        engine: engine(dir.path(), Language::En, None),
        catalogue: Catalogue::default(),
        tasks: Tasks::default(),
        fits: BankFits::default(),
        toasts: Toasts::default(),
        view: ViewState::default(),
        figures: FigureCache::default(),
        commands: Vec::new(),
        grid: ImageGrid::default(),
        images: (1..=5_000).map(image).collect(),
    };
    let mut harness =
        Harness::builder().with_size(vec2(800.0, 600.0)).with_context_setup(fonts).build_ui_state(
            |ui, state: &mut GridHarness| {
                let GridHarness {
                    engine,
                    catalogue,
                    tasks,
                    fits,
                    toasts,
                    view,
                    figures,
                    commands,
                    grid,
                    images,
                } = state;
                let localizer = Localizer::new(Language::En);
                let server = StandInServer::default();
                let cx = &mut TabContext {
                    engine,
                    server: &server,
                    localizer,
                    catalogue,
                    tasks,
                    fits,
                    toasts,
                    view,
                    has_people: false,
                    figures,
                    commands,
                };
                grid.handle_keys(ui, images.len());
                grid.show(ui, cx, images);
            },
            state,
        );
    let drawn =
        |harness: &Harness<'_, GridHarness>| harness.query_all_by_role(Role::ListBoxOption).count();
    harness.run_steps(2);
    assert!((10..60).contains(&drawn(&harness)), "{}", drawn(&harness));
    // The grid scrolls to what the keyboard selects.
    harness.state_mut().grid.step(1, 5_000, false);
    harness.run_steps(2);
    harness.state_mut().grid.step(4_998, 5_000, false);
    harness.run_steps(3);
    assert!(harness.query_by_role_and_label(Role::ListBoxOption, "prod1_ok_4999.png").is_some());
    assert!(harness.query_by_role_and_label(Role::ListBoxOption, "prod1_ok_1.png").is_none());
    assert!((10..60).contains(&drawn(&harness)), "{}", drawn(&harness));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(2);
    assert_eq!(harness.state().grid.selected_count(), 5_000);
}
