//! Integration tests of the command line: the built binary on real files and networks.
//!
//! Tests that need models or real data look for them through `fettle_testing::data` and are
//! counted as skipped where they are absent; `packaging/test.sh` sets `FETTLE_MODELS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod actions;
mod backup;
mod bad_input;
mod bank;
mod corrections;
mod demo;
mod embedding;
#[cfg(unix)]
mod endings;
mod eval;
mod feedback;
mod folders;
mod harness;
mod history;
#[cfg(unix)]
mod hostile_files;
mod import_seed;
mod input_fit;
mod library_changes;
mod live_server;
mod masks;
mod real_data;
mod remote;
mod reports;
mod roi;
mod search;
mod serve;
mod serve_legacy;
mod thresholds;
mod vision_chat;
mod words;
mod workspace;
