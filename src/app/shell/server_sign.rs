//! A sign at the top of the window while other systems are answered, or should be and are not.

use egui::{Button, RichText, Ui};

use crate::command::{Command, TabId};
use crate::server_switch::{ServerState, ServerSwitch};
use crate::tab_context::TabContext;
use fettle_i18n::Value;

/// Whether there is a sign to draw.
pub(crate) fn is_shown(server: &dyn ServerSwitch) -> bool {
    server.state() != ServerState::Off
}

/// Draws the sign. A click shows the settings.
pub(crate) fn show(ui: &mut Ui, cx: &mut TabContext<'_>) {
    let visuals = ui.visuals();
    let (text, colour, more) = match cx.server.state() {
        ServerState::Off => return,
        ServerState::Starting => (cx.text("server-starting"), visuals.weak_text_color(), None),
        ServerState::Stopping => (cx.text("server-stopping"), visuals.weak_text_color(), None),
        ServerState::On(at) => {
            let first = at.urls.first().cloned().unwrap_or_default();
            let address: [(&str, Value); 1] = [("address", first.into())];
            let text = cx.localizer.with("server-sign", &address);
            (text, visuals.warn_fg_color, Some(at.urls.join("\n")))
        }
        ServerState::Failed(fault) => {
            let said = fault.text(cx.localizer.language).to_owned();
            (cx.text("server-sign-failed"), visuals.error_fg_color, Some(said))
        }
    };
    let sign = Button::new(RichText::new(text).color(colour)).truncate().frame(false);
    let sign = ui.add(sign);
    let sign = match more {
        Some(more) => sign.on_hover_text(more),
        None => sign,
    };
    if sign.clicked() {
        cx.send(Command::Show(TabId::Settings));
    }
}
