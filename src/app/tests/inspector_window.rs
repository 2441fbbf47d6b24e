//! The inspector's view in a window of its own.

use std::cell::RefCell;

use egui::{Context, Event, Key, Modifiers, Pos2, RawInput, Rect, ViewportInfo, pos2, vec2};

use super::test_app::{TestApp, TestAppOptions};
use fettle_domain::{InspectionId, Language, Verdict};

thread_local! {
    /// What is pressed in the second window in the next frame.
    static PRESSED: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    /// How often the second window was drawn, and whether it is closed with the next frame.
    static DRAWN: RefCell<(usize, bool)> = const { RefCell::new((0, false)) };
}

/// Draws second windows as a system with several windows does.
fn with_windows(ctx: &Context) {
    ctx.set_embed_viewports(false);
    Context::set_immediate_viewport_renderer(|ctx, viewport| {
        let egui::ImmediateViewport { ids, mut viewport_ui_cb, .. } = viewport;
        let is_closed = DRAWN.with_borrow_mut(|(count, is_closed)| {
            *count += 1;
            std::mem::take(is_closed)
        });
        let size = vec2(1200.0, 800.0);
        let info = ViewportInfo {
            parent: Some(ids.parent),
            outer_rect: Some(Rect::from_min_size(pos2(1930.0, 40.0), size)),
            inner_rect: Some(Rect::from_min_size(pos2(1932.0, 70.0), size)),
            events: is_closed.then_some(egui::ViewportEvent::Close).into_iter().collect(),
            ..ViewportInfo::default()
        };
        let input = RawInput {
            viewport_id: ids.this,
            viewports: std::iter::once((ids.this, info)).collect(),
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            events: PRESSED.take(),
            focused: true,
            ..RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| viewport_ui_cb(ui));
        // Letters that this window drew first are on the page of letters that both share.
        let textures = ctx.tex_manager();
        for (id, deltas) in std::mem::take(&mut output.textures_delta.set) {
            for delta in deltas {
                textures.write().set(id, delta);
            }
        }
    });
}

fn press(key: Key) {
    let (physical_key, modifiers) = (None, Modifiers::NONE);
    for pressed in [true, false] {
        let event = Event::Key { key, physical_key, pressed, repeat: false, modifiers };
        PRESSED.with_borrow_mut(|events| events.push(event));
    }
}

fn drawn() -> usize {
    DRAWN.with_borrow(|(count, _)| *count)
}

/// A window with a part that was inspected.
fn inspected(language: Language) -> TestApp {
    let mut app = TestAppOptions::new(language).start(|_| {});
    app.wait_for(&app.text("inspect-invite"));
    let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([90, 80, 70]));
    let file = app.folder().join("part.png");
    picture.save(&file).unwrap();
    app.drop_files(&[file]);
    app.wait_for(&app.text("report-title"));
    app
}

#[test]
fn a_part_is_judged_in_the_second_window_while_the_first_shows_another_tab() {
    let app = &mut inspected(Language::En);
    with_windows(&app.harness.ctx);
    app.press(Modifiers::COMMAND, Key::F11);
    app.harness.run_steps(3);
    assert!(drawn() > 0);
    // The first window keeps its tabs.
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for(&app.text("history-pdf"));
    press(Key::Num2);
    let root = app.workspace().root().to_owned();
    app.wait_until("a judgement", |_| {
        let library = fettle_library::Library::open(&root).unwrap();
        library.judgement(InspectionId(1)).unwrap().is_some()
    });
    let judged = app.library().judgement(InspectionId(1)).unwrap().unwrap();
    assert_eq!(judged.opinion.verdict, Verdict::Ng);
    assert!(app.shows(&app.text("history-pdf")), "the first window shows its tab");
    let place = app.harness.state_mut().inspector_place();
    assert_eq!((place.position, place.size), (Some([1930.0, 40.0]), [1200.0, 800.0]));
    // Closed by its own button or by the command.
    DRAWN.with_borrow_mut(|(_, is_closed)| *is_closed = true);
    app.harness.run_steps(3);
    let before = drawn();
    app.harness.run_steps(3);
    assert_eq!(drawn(), before);
    app.press(Modifiers::COMMAND, Key::F11);
    assert!(drawn() > before);
    app.press(Modifiers::COMMAND, Key::F11);
    let before = drawn();
    app.harness.run_steps(3);
    assert_eq!(drawn(), before);
}

#[test]
fn where_there_is_one_window_only_the_view_fills_it() {
    for language in [Language::En, Language::Ko] {
        let app = &mut inspected(language);
        app.press(Modifiers::COMMAND, Key::F11);
        app.wait_until_gone(&app.text("report-title"));
        assert!(app.shows(&app.text("operator-leave")));
        app.press(Modifiers::NONE, Key::F11);
        app.wait_for(&app.text("report-title"));
    }
}
