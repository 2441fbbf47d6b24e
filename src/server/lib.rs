//! The REST interface: the same requests to the engine as the window's, for other systems.
//!
//! [`Server::bind`] opens the socket, [`Server::run`] answers until it is told to stop. `routes/` has
//! one file a resource of `/api/v1`, `dto/` what they take and answer, `legacy/` the interface of the
//! system that Fettle replaces, `pages/` what a browser shows. A handler asks the engine through
//! [`ask`](ask_engine::ask) and returns `Result<_, Failure>`; `failure.rs` turns errors into status
//! codes, and `word_failures.rs` words them in the caller's language.

mod access;
mod answer_journal;
mod app_state;
mod ask_engine;
mod begin_job;
mod config;
mod dto;
mod encryption;
mod error;
mod extract;
mod failure;
mod health;
mod host_check;
mod idempotency;
mod inspection_queue;
mod job_board;
mod kept_answers;
mod language;
mod legacy;
mod links;
mod machine_paths;
mod measure;
mod metrics;
mod openapi;
mod own_addresses;
mod pages;
mod png;
mod problem;
mod read_record;
mod router;
mod routes;
mod server;
#[cfg(test)]
mod tests;
mod upload;
mod wait_for_job;
mod wants_page;
mod word_failures;

pub use config::{Encryption, ServerConfig};
pub use error::{Result, ServerError};
pub use links::{Link, Links};
pub use openapi::openapi_json;
pub use own_addresses::own_addresses;
pub use server::{Server, StopServer};
