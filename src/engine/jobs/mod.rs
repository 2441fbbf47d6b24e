//! The jobs of the engine: one file a request, in folders by noun.

mod access;
mod bank;
mod corrective_action;
mod feedback;
mod history;
mod index;
mod inspection;
mod manual;
mod measuring;
mod models;
mod registration;
mod workspace;

pub use access::*;
pub use bank::*;
pub use corrective_action::*;
pub use feedback::*;
pub use history::*;
pub use index::*;
pub use inspection::*;
pub use manual::*;
pub use measuring::*;
pub use models::*;
pub use registration::*;
pub use workspace::*;
