//! The reply to a question to the manuals: statements, groups of them, a question back, or that the
//! manuals do not say.

use egui::text::LayoutJob;
use egui::{Align, Button, Layout, TextFormat, TextStyle};

use crate::command::{Citation, Command, TabId};
use crate::tab_context::TabContext;
use fettle_domain::Language;
use fettle_engine::{Candidate, FoundPassage, ManualAnswer, ManualReply};
use fettle_i18n::Value;

/// What was clicked in a reply.
pub(super) enum ReplyClick {
    /// A statement.
    Cite(Citation),
    /// What the question means.
    Means(Candidate),
}

/// Shows the reply. Returns what was clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    answer: &ManualAnswer,
) -> Option<ReplyClick> {
    ui.horizontal(|ui| {
        let title = match &answer.reply {
            ManualReply::Found { passages } => {
                let count = passages.len() + answer.not_assigned.len();
                let count = [("count", Value::from(count))];
                cx.localizer.with("manual-found", &count)
            }
            ManualReply::Grouped { groups } => {
                let count = [("count", Value::from(groups.len()))];
                cx.localizer.with("manual-sections-found", &count)
            }
            ManualReply::Clarify { .. } => cx.text("manual-which"),
            ManualReply::NotSaid { nearest } if nearest.is_empty() => cx.text("manual-nothing"),
            ManualReply::NotSaid { .. } => cx.text("manual-not-said"),
        };
        let title = egui::RichText::new(title).strong();
        let is_said = !matches!(answer.reply, ManualReply::NotSaid { .. });
        let warn = ui.visuals().warn_fg_color;
        ui.label(if is_said { title } else { title.color(warn) });
        if ui.button(cx.text("dialog-close")).clicked() {
            cx.send(Command::Stop);
        }
    });
    if !answer.excluded.is_empty() {
        let what = [("what", answer.excluded.join(", ").into())];
        ui.weak(cx.localizer.with("manual-excluded", &what));
    }
    if let Some(notice) = &answer.notice {
        ui.colored_label(ui.visuals().warn_fg_color, notice);
        if ui.button(cx.text("manual-models")).clicked() {
            cx.send(Command::Show(TabId::Settings));
        }
    }
    let mut clicked = None;
    match &answer.reply {
        ManualReply::Found { passages } => clicked = statements(ui, cx, passages),
        ManualReply::NotSaid { nearest } => clicked = statements(ui, cx, nearest),
        ManualReply::Clarify { candidates, passages } => {
            let chosen = choices(ui, cx, candidates);
            clicked = statements(ui, cx, passages).or(chosen);
        }
        ManualReply::Grouped { groups } => {
            for group in groups {
                ui.separator();
                clicked = statements(ui, cx, &group.passages).or(clicked);
            }
        }
    }
    if !answer.not_assigned.is_empty() {
        ui.separator();
        ui.label(cx.text("manual-not-assigned"));
        clicked = statements(ui, cx, &answer.not_assigned).or(clicked);
    }
    clicked
}

/// What may be meant, as buttons.
fn choices(ui: &mut egui::Ui, cx: &TabContext<'_>, candidates: &[Candidate]) -> Option<ReplyClick> {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        for candidate in candidates {
            let code = candidate.defect.as_ref().map_or(candidate.product.as_str(), |c| c.as_str());
            let name = match cx.localizer.language {
                Language::Ko => &candidate.name_ko,
                Language::En => &candidate.name_en,
            };
            if ui.button(if name.is_empty() { code } else { name.as_str() }).clicked() {
                chosen = Some(ReplyClick::Means(candidate.clone()));
            }
        }
    });
    chosen
}

/// Statements, as buttons.
fn statements(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    passages: &[FoundPassage],
) -> Option<ReplyClick> {
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for passage in passages {
            let place = cx.localizer.with("manual-scores", &scores(cx, passage));
            let mut job = LayoutJob::default();
            let visuals = ui.visuals();
            for (text, style, colour) in [
                (&format!("{}\n", passage.chunk.heading), TextStyle::Small, visuals.text_color()),
                (&passage.chunk.words, TextStyle::Body, visuals.strong_text_color()),
                (&format!("\n{place}"), TextStyle::Small, visuals.weak_text_color()),
            ] {
                job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
            }
            let path = &passage.manual.path;
            if ui.add(Button::selectable(false, job).wrap()).on_hover_text(path).clicked() {
                clicked = Some(ReplyClick::Cite(Citation {
                    manual: passage.manual.id,
                    heading: None,
                    statement: Some(passage.chunk.statement.clone()),
                    page: passage.chunk.page,
                    lines: Vec::new(),
                }));
            }
        }
    });
    clicked
}

/// Place and scores of a passage: by vector, by keywords, and together.
fn scores(cx: &TabContext<'_>, passage: &FoundPassage) -> [(&'static str, Value); 4] {
    let rounded = |score: Option<f32>, digits| match score {
        Some(score) => Value::from(format!("{score:.digits$}")),
        None => Value::from("–"),
    };
    [
        ("place", cx.localizer.place(&passage.manual.path, passage.chunk.page).into()),
        ("meaning", rounded(passage.vector_score, 3)),
        ("words", rounded(passage.keyword_score, 1)),
        ("fused", rounded(Some(passage.fused_score), 1)),
    ]
}
