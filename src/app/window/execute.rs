//! Executes commands: those of the whole window here, the others in the tab that they concern.

use egui::{Context, ViewportCommand};

use super::fettle_window::FettleWindow;
use crate::command::{Command, TabId};
use crate::dialogs::about::AboutDialog;
use crate::dialogs::import_actions::ImportActionsDialog;
use crate::dialogs::load_demo::LoadDemoDialog;
use crate::dialogs::register_manual::RegisterManualDialog;
use crate::dialogs::show_on_phone::ShowOnPhoneDialog;
use crate::dialogs::sign_in::SignInDialog;
use crate::localizer::Localizer;
use crate::shell::command_palette::CommandPalette;
use crate::shell::undo_history;
use fettle_domain::Language;
use fettle_engine::ChangeLanguage;

impl FettleWindow {
    pub(super) fn execute(&mut self, command: Command, ctx: &Context) {
        match command {
            Command::Show(tab) => self.shared.view.tab = tab,
            Command::Palette => {
                self.palette = self.palette.is_none().then(CommandPalette::default);
            }
            Command::OperatorView => {
                self.shared.view.operator = !self.shared.view.operator;
                self.shared.view.tab = TabId::Inspect;
            }
            Command::InspectorWindow => self.toggle_inspector_window(ctx),
            Command::Shortcuts => self.shortcuts = !self.shortcuts,
            Command::About => self.dialog = Some(Box::<AboutDialog>::default()),
            Command::Jobs => self.shared.view.jobs = !self.shared.view.jobs,
            Command::Log => self.shared.view.log = !self.shared.view.log,
            Command::Language(language) => self.set_language(language),
            Command::Theme(theme) => {
                self.shared.view.theme = theme;
                ctx.set_theme(theme);
            }
            Command::ZoomIn => egui::gui_zoom::zoom_in(ctx),
            Command::ZoomOut => egui::gui_zoom::zoom_out(ctx),
            Command::ZoomReset => ctx.set_zoom_factor(1.0),
            Command::SignIn => self.dialog = Some(Box::<SignInDialog>::default()),
            Command::SignOut => self.session.sign_out(&mut self.shared.context()),
            Command::SignedIn(person) => {
                self.session.signed_in(person.clone());
                self.session.reload(&mut self.shared.context());
                self.dispatch_all(&Command::SignedIn(person), ctx);
            }
            Command::PeopleChanged => self.session.reload(&mut self.shared.context()),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::Paste(clip) => self.clipboard.paste(ctx, &mut self.shared.context(), clip),
            Command::OpenImages if self.shared.view.tab == TabId::Search => {
                self.dispatch(TabId::Search, &command, ctx);
            }
            Command::LoadDemo if !self.shared.catalogue.products().is_empty() => {
                let refused = self.shared.localizer.text("first-demo-refused");
                self.shared.toasts.error(refused);
            }
            Command::LoadDemo => {
                self.shared.view.tab = TabId::Inspect;
                self.dialog = Some(Box::<LoadDemoDialog>::default());
            }
            Command::Undo => {
                let nothing = self.shared.localizer.text("undo-nothing");
                let command = undo_history::undo(&mut self.shared.toasts, nothing);
                self.shared.commands.extend(command);
            }
            Command::UndoHistory => self.undo_history = !self.undo_history,
            Command::OpenImages | Command::InspectFiles(_) | Command::StartDemo(_) => {
                self.show_and_dispatch(TabId::Inspect, &command, ctx);
            }
            Command::Repeat => self.unfinished.repeat(&mut self.shared.context()),
            Command::ShowManual(_) | Command::ReviewManual(_) => {
                self.show_and_dispatch(TabId::Manual, &command, ctx);
            }
            Command::AddManual(product) => {
                self.dialog = Some(Box::new(RegisterManualDialog::new(product)));
            }
            Command::OpenOnPhone(inspection) => {
                self.dialog = Some(Box::new(ShowOnPhoneDialog::new(inspection)));
            }
            Command::ShowOnPhone
                if !matches!(self.shared.view.tab, TabId::Inspect | TabId::History) =>
            {
                let refused = self.shared.localizer.text("phone-nothing");
                self.shared.toasts.error(refused);
            }
            Command::ImportActions => self.dialog = Some(Box::<ImportActionsDialog>::default()),
            Command::RemoveAction(_) | Command::UndoActionImport(_) => {
                self.dispatch(TabId::History, &command, ctx);
            }
            Command::ActionsChanged | Command::Measured(..) => self.dispatch_all(&command, ctx),
            Command::NewProduct
            | Command::FitBank
            | Command::BuildIndex
            | Command::ShowInLibrary(..) => {
                self.show_and_dispatch(TabId::Library, &command, ctx);
            }
            Command::UndoRegistration(_)
            | Command::UndoDeletion(_)
            | Command::MoveImages(..)
            | Command::UndoMoveImages(_)
            | Command::RestoreArea(_) => self.dispatch(TabId::Library, &command, ctx),
            Command::SearchFor(_) => self.show_and_dispatch(TabId::Search, &command, ctx),
            Command::OpenInspection(_) | Command::CompareInspections | Command::ShowHistory(_) => {
                self.show_and_dispatch(TabId::History, &command, ctx);
            }
            Command::Rethreshold(_) => self.dispatch(TabId::Anomaly, &command, ctx),
            Command::LibraryChanged(_) => {
                let loader = &mut self.catalogue_loader;
                self.shared.update_catalogue(|cx, catalogue| loader.reload(cx, catalogue));
                self.remote.reload(&mut self.shared.context());
                self.dispatch_all(&command, ctx);
            }
            Command::GoOnAfterJudging => {
                self.shared.view.goes_on = !self.shared.view.goes_on;
            }
            Command::UnjudgedFirst => {
                self.shared.view.unjudged_first = !self.shared.view.unjudged_first;
            }
            Command::NextImage
            | Command::PreviousImage
            | Command::InspectAgain
            | Command::SavePdf
            | Command::ShowOnPhone
            | Command::InspectionsRecorded
            | Command::Print
            | Command::Stop
            | Command::Confirm
            | Command::RegisterDefect
            | Command::SearchShown
            | Command::Measure
            | Command::CopyView
            | Command::SaveView
            | Command::Judge(_) => self.dispatch(self.shared.view.tab, &command, ctx),
            Command::PrintInspections(which) => self.pdf.print(&mut self.shared.context(), which),
            Command::KeepMeasurements(request) => self.measurements.keep(request),
            Command::ExportPdf(which) => self.pdf.choose_file(ctx, &self.shared.context(), which),
            Command::Rejudge(_) => {
                let shown = self.shared.view.tab;
                let tab = if shown == TabId::History { shown } else { TabId::Inspect };
                self.dispatch(tab, &command, ctx);
            }
            Command::Judged(ref judged) => {
                if let Some(product) =
                    judged.product.as_ref().filter(|_| judged.changes_known_defects())
                {
                    self.learning.defects_changed(ctx, &self.shared.context(), product);
                }
                self.dispatch_all(&command, ctx);
            }
            Command::KnownDefectsChanged(product) => {
                self.learning.defects_changed(ctx, &self.shared.context(), &product);
            }
            Command::LearnDefects(product) => self.learning.learn(ctx, product),
        }
    }

    fn show_and_dispatch(&mut self, tab: TabId, command: &Command, ctx: &Context) {
        self.shared.view.tab = tab;
        self.dispatch(tab, command, ctx);
    }

    fn dispatch(&mut self, tab: TabId, command: &Command, ctx: &Context) {
        let Some((_, tab)) = self.tabs.iter_mut().find(|(id, _)| *id == tab) else { return };
        tab.command(command, ctx, &mut self.shared.context());
    }

    fn dispatch_all(&mut self, command: &Command, ctx: &Context) {
        for (_, tab) in &mut self.tabs {
            tab.command(command, ctx, &mut self.shared.context());
        }
    }

    /// Changes the language of window and reports, and writes the choice to the settings.
    fn set_language(&mut self, language: Language) {
        self.shared.localizer = Localizer::new(language);
        self.language_change = self.shared.context().start(ChangeLanguage(language));
    }
}
