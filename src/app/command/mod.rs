//! Everything the window can be told to do. Menus, palette, shortcuts and toolbars are drawn from
//! [`COMMANDS`]; a command with a value (files, say) is sent by the code that has the value.

mod citation;
mod clip;
mod history_view;
mod menu;
mod tab_id;

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};

use fettle_domain::{
    DeletionId, ImageId, ImageLabel, InspectionId, Language, ManualId, Measurements, ModelId,
    Person, ProductCode, Verdict,
};
use fettle_engine::{
    DrawArea, InspectionSelection, JudgeInspection, Judged, Query, RemoveAction, Rethreshold,
    SetMeasurements, UndoMoveImages, UndoRegistration,
};

pub(crate) use citation::Citation;
pub(crate) use clip::Clip;
pub(crate) use history_view::HistoryView;
pub(crate) use menu::Menu;
pub(crate) use tab_id::TabId;

/// A request to the window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// Show a tab.
    Show(TabId),
    /// Show a cited place of a manual on its page.
    ShowManual(Citation),
    /// Show what was read of a manual beside its pages, to be corrected.
    ReviewManual(ManualId),
    /// Choose images in the system's file dialog.
    OpenImages,
    /// Take a paste as files dropped on the tab shown.
    Paste(Clip),
    /// Inspect image files one after the other.
    InspectFiles(Vec<PathBuf>),
    /// Go to the next image of those opened, or of the image's folder.
    NextImage,
    /// Go back to the previous image.
    PreviousImage,
    /// Inspect the image shown once more.
    InspectAgain,
    /// Show the two marked inspections beside each other.
    CompareInspections,
    /// Cancel the job of the tab shown.
    Stop,
    /// Confirm the verdict on the part shown.
    Confirm,
    /// Register the part shown as a known defect.
    RegisterDefect,
    /// Save the inspection shown, or the chosen ones, as a PDF.
    SavePdf,
    /// Show the inspection shown on a phone.
    ShowOnPhone,
    /// Show this inspection on a phone.
    OpenOnPhone(InspectionId),
    /// Callers of the server had inspections recorded.
    InspectionsRecorded,
    /// Save these inspections as a PDF.
    ExportPdf(InspectionSelection),
    /// Print the report of the inspection shown, or of the chosen ones.
    Print,
    /// Print these inspections.
    PrintInspections(InspectionSelection),
    /// Build the demo workspace, where nothing is registered yet; it is asked first where models are to
    /// be fetched.
    LoadDemo,
    /// Fetch these models, which the demo lacks, and build it.
    StartDemo(Vec<ModelId>),
    /// Register a product.
    NewProduct,
    /// Register a manual of this product.
    AddManual(ProductCode),
    /// Fit a memory bank for the product that the library shows.
    FitBank,
    /// Bring the index of known defects in line with the library.
    BuildIndex,
    /// Repeat the oldest job that a crash interrupted.
    Repeat,
    /// Take the newest action back.
    Undo,
    /// Open or close the list of the last actions.
    UndoHistory,
    /// Bring a deleted product or defect type back.
    UndoDeletion(DeletionId),
    /// Move registered images to another label of their product.
    MoveImages(Vec<ImageId>, ImageLabel),
    /// Give images the labels back that they had before they were moved.
    UndoMoveImages(UndoMoveImages),
    /// Draw the inspection area of a product as it was before.
    RestoreArea(DrawArea),
    /// Undo a registration.
    UndoRegistration(UndoRegistration),
    /// The library changed; a new product, where there is one, is to be shown.
    LibraryChanged(Option<ProductCode>),
    /// Record the true verdict on the part shown.
    Judge(Verdict),
    /// Record another judgement of an inspection, such as the previous one.
    Rejudge(JudgeInspection),
    /// An inspection was judged: show the judgement.
    Judged(Judged),
    /// Begin measuring in the picture of the part, or end it.
    Measure,
    /// Keep what was measured in the picture of an inspection.
    KeepMeasurements(SetMeasurements),
    /// What was measured in the picture of an inspection is kept: show it.
    Measured(InspectionId, Measurements),
    /// Copy the pictures as they are drawn to the clipboard.
    CopyView,
    /// Save the pictures as they are drawn.
    SaveView,
    /// Switch between the inspector's view, which fills the screen, and all tabs.
    OperatorView,
    /// Open or close the inspector's view in a window of its own.
    InspectorWindow,
    /// Go to the next part after a judgement, or stay.
    GoOnAfterJudging,
    /// Show the parts that nobody has judged first.
    UnjudgedFirst,
    /// Search the known defects for those that resemble the part shown.
    SearchShown,
    /// Search the known defects.
    SearchFor(Query),
    /// Show a registered image: product, label, path in the workspace.
    ShowInLibrary(ProductCode, ImageLabel, String),
    /// Show the inspections that these filters select.
    ShowHistory(HistoryView),
    /// Open an inspection of the past.
    OpenInspection(InspectionId),
    /// Import records of corrective actions from a file.
    ImportActions,
    /// Remove a record of a corrective action, or take the removal back.
    RemoveAction(RemoveAction),
    /// Take an import of records of corrective actions back.
    UndoActionImport(i64),
    /// Records of corrective actions were written, imported or removed.
    ActionsChanged,
    /// Give a bank other thresholds, such as the previous ones.
    Rethreshold(Rethreshold),
    /// Images of defects of a product were registered, removed, or changed: learn from them.
    KnownDefectsChanged(ProductCode),
    /// Learn from the known defects of a product now.
    LearnDefects(ProductCode),
    /// Open or close the command palette.
    Palette,
    /// Open or close the list of shortcuts.
    Shortcuts,
    /// Show the program's version and all licences.
    About,
    /// Open or close the jobs panel.
    Jobs,
    /// Open or close the log panel.
    Log,
    /// Change the language of window and reports.
    Language(Language),
    /// Change the theme: light, dark, or the system's.
    Theme(ThemePreference),
    /// Draw everything larger.
    ZoomIn,
    /// Draw everything smaller.
    ZoomOut,
    /// Draw everything at its original size.
    ZoomReset,
    /// Sign in at the window, or as somebody else.
    SignIn,
    /// Sign out.
    SignOut,
    /// Somebody signed in; nobody is signed in any more.
    SignedIn(Option<Person>),
    /// Other people may sign in.
    PeopleChanged,
    /// Close the window.
    Quit,
}

impl Command {
    /// Whether the command says what the part shown really is.
    pub(crate) fn judges(&self) -> bool {
        matches!(self, Self::Confirm | Self::Judge(_))
    }
}

/// A command as it stands in menus and palette.
pub(crate) struct Entry {
    pub(crate) command: Command,
    /// The id of the command's message.
    pub(crate) label: &'static str,
    pub(crate) menu: Menu,
    pub(crate) shortcut: Option<KeyboardShortcut>,
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

/// The shortcut Ctrl (on macOS Command) and `key`.
pub(crate) const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

/// Ctrl+C alone copies text.
const COPY_VIEW: Option<KeyboardShortcut> =
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C));

/// Ctrl+P alone saves a PDF.
const PRINT: Option<KeyboardShortcut> =
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::P));

/// Takes the newest action back. A field that is typed into, and a tab with steps of its own, have it to
/// themselves.
pub(crate) const UNDO: Option<KeyboardShortcut> = ctrl(Key::Z);

macro_rules! entries {
    ($($menu:ident $label:literal $command:expr, $shortcut:expr;)*) => {
        &[$(Entry { command: $command, label: $label, menu: Menu::$menu, shortcut: $shortcut }),*]
    };
}

/// All commands but those that show a tab, in the order of the menus.
pub(crate) const COMMANDS: &[Entry] = entries! {
    File "command-open" Command::OpenImages, ctrl(Key::O);
    File "command-paste" Command::Paste(Clip::Clipboard), ctrl(Key::V);
    // Before the one without Shift, which would take it.
    File "command-print" Command::Print, PRINT;
    File "command-save-pdf" Command::SavePdf, ctrl(Key::P);
    File "command-sign-in" Command::SignIn, None;
    File "command-sign-out" Command::SignOut, None;
    File "command-quit" Command::Quit, ctrl(Key::Q);
    Edit "command-undo" Command::Undo, UNDO;
    Edit "undo-history" Command::UndoHistory, None;
    Part "command-next" Command::NextImage, plain(Key::ArrowRight);
    Part "command-previous" Command::PreviousImage, plain(Key::ArrowLeft);
    Part "command-again" Command::InspectAgain, plain(Key::F5);
    Part "command-confirm" Command::Confirm, plain(Key::Enter);
    Part "command-ok" Command::Judge(Verdict::Ok), plain(Key::Num1);
    Part "command-ng" Command::Judge(Verdict::Ng), plain(Key::Num2);
    Part "command-unsure" Command::Judge(Verdict::Unsure), plain(Key::Num3);
    Part "command-go-on" Command::GoOnAfterJudging, None;
    Part "command-unjudged-first" Command::UnjudgedFirst, ctrl(Key::U);
    Part "search-similar" Command::SearchShown, ctrl(Key::F);
    Part "command-register-defect" Command::RegisterDefect, ctrl(Key::D);
    Part "history-compare" Command::CompareInspections, None;
    Part "command-phone" Command::ShowOnPhone, None;
    Part "command-stop" Command::Stop, plain(Key::Escape);
    Part "command-measure" Command::Measure, plain(Key::M);
    Part "command-copy-view" Command::CopyView, COPY_VIEW;
    Part "command-save-view" Command::SaveView, ctrl(Key::S);
    Library "command-new-product" Command::NewProduct, ctrl(Key::N);
    Library "actions-import" Command::ImportActions, None;
    Library "library-fit" Command::FitBank, None;
    Library "library-build-index" Command::BuildIndex, None;
    Library "command-repeat" Command::Repeat, None;
    View "command-operator" Command::OperatorView, plain(Key::F11);
    View "command-inspector-window" Command::InspectorWindow, ctrl(Key::F11);
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
    Help "command-about" Command::About, None;
};
