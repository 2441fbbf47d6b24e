//! Pictures of manuals below the statements that they show; a click enlarges one.

use egui::{Button, Context, Id, Image, Modal, Sense, Vec2, WidgetInfo, vec2};

use crate::figure_cache::{Enlarged, Wanted};
use crate::tab_context::TabContext;
use fettle_domain::{Figure, ManualId};
use fettle_engine::ManualFigures;

/// Longer side of a picture among text, and of one enlarged, in pixels.
const SIDE: u32 = 320;
const LARGE_SIDE: u32 = 1600;
/// The size of a picture among text, in points.
const SHOWN: Vec2 = vec2(150.0, 110.0);
/// Pictures of one request.
const BATCH: usize = 8;

/// Takes the pictures that were read, and asks for those that the last frame missed.
pub(crate) fn poll(ctx: &Context, cx: &mut TabContext<'_>) {
    if let Err(error) = cx.figures.begin_frame(ctx) {
        cx.toasts.error(error.explain(cx.localizer.language));
    }
    let missing = std::mem::take(&mut cx.figures.missing);
    if cx.figures.reading.is_none()
        && let Some(first) = missing.first()
    {
        let manual = first.manual;
        let batch = missing.iter().filter(|wanted| wanted.manual == manual).take(BATCH);
        let batch: Vec<Wanted> = batch.cloned().collect();
        let figures = batch.iter().map(|wanted| wanted.source.clone()).collect();
        let task = cx.start_when_idle(ManualFigures { manual, figures, side: SIDE });
        cx.figures.reading = task.map(|task| (batch, task));
    }
    let waits = cx.figures.enlarged.as_ref().filter(|one| one.reading.is_none());
    if let Some(Wanted { manual, source }) =
        waits.filter(|one| one.texture.is_none()).map(|one| one.wanted.clone())
    {
        let figures = vec![source];
        let task = cx.start_when_idle(ManualFigures { manual, figures, side: LARGE_SIDE });
        if let Some(enlarged) = &mut cx.figures.enlarged {
            enlarged.reading = task;
        }
    }
}

/// Shows pictures of a manual at `path` side by side, each with its caption.
pub(crate) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    (manual, path): (ManualId, &str),
    figures: &[Figure],
) {
    if figures.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for figure in figures {
            show_one(ui, cx, (manual, path), figure);
        }
    });
}

fn show_one(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    (manual, path): (ManualId, &str),
    figure: &Figure,
) {
    let place = cx.localizer.place(path, figure.page);
    let unnamed = || cx.localizer.with("figure-of-manual", &[("place", place.into())]);
    let name = figure.caption.clone().unwrap_or_else(unnamed);
    let wanted = Wanted { manual, source: figure.source.clone() };
    let Some(texture) = cx.figures.shown.draw(&wanted.key()) else {
        if !cx.figures.missing.contains(&wanted) {
            cx.figures.missing.push(wanted);
        }
        let (rect, _) = ui.allocate_exact_size(SHOWN, Sense::hover());
        ui.painter().rect_filled(rect, 4.0, ui.visuals().extreme_bg_color);
        return;
    };
    let Some(texture) = texture else {
        ui.weak(format!("⚠ {name}: {}", cx.text("figure-unreadable")));
        return;
    };
    let enlarge = ui.vertical(|ui| {
        let size = texture.size_vec2();
        let scale = (SHOWN / size).min_elem().min(1.0);
        let image = Image::new((texture.id(), size * scale)).corner_radius(4.0);
        let button = ui.add(Button::image(image).frame(false));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
        if figure.caption.is_some() {
            ui.set_max_width((size.x * scale).max(SHOWN.x));
            ui.add(egui::Label::new(egui::RichText::new(&name).small()).truncate());
        }
        button.on_hover_text(format!("{name}\n{}", cx.localizer.text("figure-enlarge"))).clicked()
    });
    if enlarge.inner {
        cx.figures.enlarged = Some(Enlarged { wanted, name, reading: None, texture: None });
    }
}

/// Shows the picture that is enlarged, over the window, until it is closed.
pub(crate) fn show_enlarged(ctx: &Context, cx: &mut TabContext<'_>) {
    let Some(enlarged) = &cx.figures.enlarged else { return };
    let room = ctx.content_rect().size() * 0.85 - vec2(0.0, 60.0);
    let mut close = false;
    let modal = Modal::new(Id::unique("manual_figure")).show(ctx, |ui| {
        ui.horizontal(|ui| {
            ui.strong(&enlarged.name);
            close = ui.button(cx.localizer.text("button-close")).clicked();
        });
        match &enlarged.texture {
            Some(Some(texture)) => {
                let size = texture.size_vec2();
                // A small picture is seen better larger than it is.
                let scale = (room / size).min_elem().min(3.0);
                let image = ui.add(Image::new((texture.id(), size * scale)));
                image.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &enlarged.name));
            }
            Some(None) => _ = ui.label(cx.localizer.text("figure-unreadable")),
            None => _ = ui.spinner(),
        }
    });
    if close || modal.should_close() {
        cx.figures.enlarged = None;
    }
}
