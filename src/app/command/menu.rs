//! The menus by name.

/// A menu of the menu bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Menu {
    File,
    Edit,
    Part,
    Library,
    View,
    Help,
}

impl Menu {
    /// All menus, from left to right.
    pub(crate) const ALL: [Self; 6] =
        [Self::File, Self::Edit, Self::Part, Self::Library, Self::View, Self::Help];

    /// The id of the menu's message.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::File => "menu-file",
            Self::Edit => "menu-edit",
            Self::Part => "menu-part",
            Self::Library => "menu-library",
            Self::View => "menu-view",
            Self::Help => "menu-help",
        }
    }
}
