//! The menus by name.

/// A menu of the menu bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Menu {
    File,
    Part,
    Library,
    View,
    Help,
}

impl Menu {
    /// All menus, from left to right.
    pub(crate) const ALL: [Self; 5] =
        [Self::File, Self::Part, Self::Library, Self::View, Self::Help];

    /// The id of the menu's message.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::File => "menu-file",
            Self::Part => "menu-part",
            Self::Library => "menu-library",
            Self::View => "menu-view",
            Self::Help => "menu-help",
        }
    }
}
