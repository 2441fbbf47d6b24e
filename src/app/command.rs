//! Everything the window can be told to do. Menus, the palette, shortcuts and toolbars are all
//! drawn from [`COMMANDS`]; a command that needs a value (files) is sent by what has the value.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};

use super::paste::{self, Clip};
use super::tabs::{Citation, TABS, TabId};
use fettle_domain::{ImageLabel, InspectionId, Language, ProductCode, Verdict};
use fettle_engine::{Chosen, JudgeInspection, Judged, Query, Rethreshold, TakeBack};

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// Show this tab.
    Show(TabId),
    /// Show what a manual says, on its page.
    ShowManual(Citation),
    /// Choose images in the system's dialog.
    OpenImages,
    /// Take what is in the clipboard: as what is dropped on the tab shown.
    Paste(Clip),
    /// Inspect these, one after the other.
    InspectFiles(Vec<PathBuf>),
    /// Go to the next image of those opened, or of its folder.
    NextImage,
    /// Go back to the one before.
    PreviousImage,
    /// Inspect the image shown once more.
    InspectAgain,
    /// Show the two inspections marked beside each other.
    CompareInspections,
    /// Stop the job under way in the tab shown.
    Stop,
    /// Say that the part is what the verdict says.
    Confirm,
    /// Make the part shown a known defect.
    RegisterDefect,
    /// Save the inspection shown, or those chosen, as a PDF.
    SavePdf,
    /// Save these as a PDF.
    ExportPdf(Chosen),
    /// Lay out the demo, where nothing is registered yet.
    LoadDemo,
    /// Register a product.
    NewProduct,
    /// Register a manual of this product.
    AddManual(ProductCode),
    /// Fit a bank for the product that the library shows.
    FitBank,
    /// Bring the index of known defects in line with the library.
    BuildIndex,
    /// Do the oldest job again that a crash cut off.
    Repeat,
    /// Undo a registration.
    TakeBack(TakeBack),
    /// What the library holds changed; a product that is new shall be shown.
    LibraryChanged(Option<ProductCode>),
    /// Say what the part really is.
    Judge(Verdict),
    /// Say something else of an inspection: what was said before, say.
    Rejudge(JudgeInspection),
    /// Show that this is what an inspection is judged as.
    Judged(Judged),
    /// Copy the pictures as they are seen.
    CopyView,
    /// Save the pictures as they are seen.
    SaveView,
    /// Between the inspector's view and the whole.
    OperatorView,
    /// Search the known defects for what resembles the part shown.
    SearchShown,
    /// Search the known defects.
    SearchFor(Query),
    /// Show a registered image: of which product, what it shows, its path in the workspace.
    ShowInLibrary(ProductCode, ImageLabel, String),
    /// Open an inspection of the past.
    OpenInspection(InspectionId),
    /// Give a bank other limits: back to those before, say.
    Rethreshold(Rethreshold),
    /// Open or close the palette.
    Palette,
    /// Open or close the list of shortcuts.
    Shortcuts,
    /// Open or close the jobs panel.
    Jobs,
    /// Open or close the log panel.
    Log,
    /// Speak this language.
    Language(Language),
    /// Dress in light, dark, or what the system has.
    Theme(ThemePreference),
    /// Everything larger.
    ZoomIn,
    /// Everything smaller.
    ZoomOut,
    /// Everything as large as at first.
    ZoomReset,
    /// Close the window.
    Quit,
}

/// Under which menu a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    File,
    Part,
    Library,
    View,
    Help,
}

impl Menu {
    /// All, from left to right.
    pub(super) const ALL: [Self; 5] =
        [Self::File, Self::Part, Self::Library, Self::View, Self::Help];

    /// The id of its message.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::File => "menu-file",
            Self::Part => "menu-part",
            Self::Library => "menu-library",
            Self::View => "menu-view",
            Self::Help => "menu-help",
        }
    }
}

/// A command that a person can give.
pub(super) struct Entry {
    pub(super) command: Command,
    /// The id of its message.
    pub(super) label: &'static str,
    pub(super) menu: Menu,
    pub(super) shortcut: Option<KeyboardShortcut>,
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

/// Ctrl+C alone copies letters.
const COPY_VIEW: Option<KeyboardShortcut> =
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C));

macro_rules! entries {
    ($($menu:ident $label:literal $command:expr, $shortcut:expr;)*) => {
        &[$(Entry { command: $command, label: $label, menu: Menu::$menu, shortcut: $shortcut }),*]
    };
}

/// All commands but those that show a tab, in the order of the menus.
pub(super) const COMMANDS: &[Entry] = entries! {
    File "command-open" Command::OpenImages, ctrl(Key::O);
    File "command-paste" Command::Paste(Clip::Clipboard), ctrl(Key::V);
    File "command-save-pdf" Command::SavePdf, ctrl(Key::P);
    File "command-quit" Command::Quit, ctrl(Key::Q);
    Part "command-next" Command::NextImage, plain(Key::ArrowRight);
    Part "command-previous" Command::PreviousImage, plain(Key::ArrowLeft);
    Part "command-again" Command::InspectAgain, plain(Key::F5);
    Part "command-confirm" Command::Confirm, plain(Key::Enter);
    Part "command-ok" Command::Judge(Verdict::Ok), plain(Key::Num1);
    Part "command-ng" Command::Judge(Verdict::Ng), plain(Key::Num2);
    Part "command-unsure" Command::Judge(Verdict::Unsure), plain(Key::Num3);
    Part "search-similar" Command::SearchShown, ctrl(Key::F);
    Part "command-register-defect" Command::RegisterDefect, ctrl(Key::D);
    Part "history-compare" Command::CompareInspections, None;
    Part "command-stop" Command::Stop, plain(Key::Escape);
    Part "command-copy-view" Command::CopyView, COPY_VIEW;
    Part "command-save-view" Command::SaveView, ctrl(Key::S);
    Library "command-new-product" Command::NewProduct, ctrl(Key::N);
    Library "library-fit" Command::FitBank, None;
    Library "library-build-index" Command::BuildIndex, None;
    Library "command-repeat" Command::Repeat, None;
    View "command-operator" Command::OperatorView, plain(Key::F11);
    View "command-palette" Command::Palette, ctrl(Key::K);
    View "command-jobs" Command::Jobs, ctrl(Key::J);
    View "command-log" Command::Log, ctrl(Key::L);
    View "command-korean" Command::Language(Language::Ko), None;
    View "command-english" Command::Language(Language::En), None;
    View "command-light" Command::Theme(ThemePreference::Light), None;
    View "command-dark" Command::Theme(ThemePreference::Dark), None;
    View "command-system-theme" Command::Theme(ThemePreference::System), None;
    View "command-larger" Command::ZoomIn, ctrl(Key::Plus);
    View "command-smaller" Command::ZoomOut, ctrl(Key::Minus);
    View "command-usual-size" Command::ZoomReset, ctrl(Key::Num0);
    Help "first-load-demo" Command::LoadDemo, None;
    Help "command-shortcuts" Command::Shortcuts, plain(Key::F1);
};

/// The commands whose shortcuts were pressed since the last frame. A box in front has the keyboard
/// to itself; a key without Ctrl is left to the widget that is typed into.
pub(super) fn pressed(ctx: &egui::Context) -> Vec<Command> {
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return Vec::new();
    }
    let typing = ctx.text_edit_focused();
    // Enter presses the button that the keyboard is at, arrows move its slider.
    let own = [Key::Enter, Key::ArrowLeft, Key::ArrowRight];
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut found = Vec::new();
    // What is pasted into a line is the line's.
    found.extend(paste::pressed(ctx).filter(|_| !typing).map(Command::Paste));
    ctx.input_mut(|input| {
        let all = COMMANDS.iter().map(|entry| (&entry.shortcut, entry.command.clone()));
        let tabs = TABS.iter().map(|tab| (&tab.shortcut, Command::Show(tab.id)));
        for (shortcut, command) in all.chain(tabs) {
            let Some(shortcut) = shortcut else { continue };
            let is_taken = typing || (focused && own.contains(&shortcut.logical_key));
            // What is pasted comes with an event of its own.
            let is_paste = matches!(command, Command::Paste(_));
            if is_paste || (is_taken && shortcut.modifiers.is_none()) {
                continue;
            }
            if input.consume_shortcut(shortcut) {
                found.push(command);
            }
        }
    });
    found
}
