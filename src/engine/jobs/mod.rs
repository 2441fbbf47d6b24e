//! The jobs of the engine: one file a request, in folders by noun.

mod bank;
mod corrective_action;
mod feedback;
mod history;
mod index;
mod inspection;
mod manual;
mod models;
mod registration;
mod workspace;

pub use bank::*;
pub use corrective_action::*;
pub use feedback::*;
pub use history::*;
pub use index::*;
pub use inspection::*;
pub use manual::*;
pub use models::*;
pub use registration::*;
pub use workspace::*;
