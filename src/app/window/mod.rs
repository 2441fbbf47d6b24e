//! The window itself. A frame ([`frame`]) takes answers of jobs, reads keys, draws the panels and
//! the tab shown, and then executes the commands that were sent ([`execute`]).

mod execute;
mod fettle_window;
mod frame;
mod inspector_opening;
mod inspector_window;
mod open;
mod shared_state;

pub(super) use fettle_window::FettleWindow;
pub(super) use open::open;
