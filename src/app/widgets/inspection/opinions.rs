//! What the machine and a person say of a part: two chips, always both.

use egui::{Color32, CornerRadius, Frame, Margin, RichText, Stroke, Ui};

use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::verdict_mark;
use fettle_domain::Verdict;

/// What a person says of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PersonsVerdict {
    /// Nothing yet.
    #[default]
    None,
    /// A key was pressed before the part was inspected: it is recorded then. `None`: as the machine
    /// will have found.
    Waiting(Option<Verdict>),
    /// Recorded.
    Said(Verdict),
}

/// What the machine and a person say of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Opinions {
    pub(crate) machine: Option<Verdict>,
    pub(crate) person: PersonsVerdict,
}

impl Opinions {
    /// The verdict that counts: a person's where there is one.
    pub(crate) fn counts(&self) -> Option<Verdict> {
        match self.person {
            PersonsVerdict::Said(verdict) => Some(verdict),
            _ => self.machine,
        }
    }

    /// Adds both chips to the current row, with text of `size` points.
    pub(crate) fn show(&self, ui: &mut Ui, cx: &TabContext<'_>, size: f32) {
        let word = |verdict: Verdict| cx.text(verdict.message_id());
        let machine = cx.text("opinion-machine");
        match self.machine {
            Some(verdict) => chip(ui, &format!("{machine} {}", word(verdict)), Some(verdict), size),
            None => chip(ui, &format!("{machine} …"), None, size),
        }
        let person = cx.text("opinion-person");
        match self.person {
            PersonsVerdict::Said(verdict) => {
                chip(ui, &format!("{person} {}", word(verdict)), Some(verdict), size);
            }
            PersonsVerdict::Waiting(typed) => {
                let typed = typed.map_or_else(|| cx.text("opinion-as-machine"), word);
                chip(ui, &format!("{person} ⌛ {typed}"), None, size);
            }
            PersonsVerdict::None => {
                chip(ui, &format!("{person} {}", cx.text("opinion-none")), None, size);
            }
        }
    }
}

/// A chip in the colours of a verdict, with its mark; an outlined one without a verdict.
fn chip(ui: &mut Ui, text: &str, verdict: Option<Verdict>, size: f32) {
    let (fill, ink) = match verdict.map(verdict_look) {
        Some(look) => (look.fill, look.ink),
        None => (ui.visuals().panel_fill, ui.visuals().text_color()),
    };
    // On a banner of the same colour the outline sets the chip apart.
    let edge = if ui.visuals().dark_mode { Color32::WHITE } else { Color32::BLACK };
    let frame = Frame::new().fill(fill).stroke(Stroke::new(1.5, edge));
    let frame = frame.corner_radius(CornerRadius::same(8));
    frame.inner_margin(Margin::symmetric(8, 3)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            if let Some(verdict) = verdict {
                verdict_mark::show(ui, verdict, size);
            }
            ui.add(egui::Label::new(RichText::new(text).size(size).color(ink)).extend());
        });
    });
}
